import pytest

from kowairo.core import InputError
from kowairo.report.comparison.runs import read_runs, short_names


def test_score_files_are_found_plain_ones_first(runs):
    run = read_runs(runs[:1])[0]
    assert [(f.set_name, f.trials, f.system, f.normalization) for f in run.scores] == [
        ("test", "trials", "ecapa", "none"),
        ("test", "trials", "ecapa", "as"),
    ]
    assert run.main_system == "ecapa"


def test_names_are_the_shortest_ends_that_differ(tmp_path):
    folders = [tmp_path / "x" / "vn", tmp_path / "y" / "vn"]
    assert short_names(folders) == ["x/vn", "y/vn"]
    assert short_names([tmp_path / "a", tmp_path / "b"]) == ["a", "b"]


def test_trials_outside_the_experiment_are_found_by_set(runs, tmp_path):
    run = read_runs(runs[:1], trial_folders={"eval": tmp_path / "elsewhere"})[0]
    assert run.set_folder("eval") == tmp_path / "elsewhere"
    assert run.set_folder("test") == runs[0] / "data" / "test"


def test_bad_choices_of_runs_are_refused(runs, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no such experiment folder"):
        read_runs([tmp_path / "nowhere"])
    with pytest.raises(InputError, match="no scores/"):
        read_runs([tmp_path / "empty"])
    with pytest.raises(InputError, match="given twice"):
        read_runs([runs[0], runs[0]])
    with pytest.raises(InputError, match="two runs are called 'a'"):
        read_runs(runs[:2], names=["a", "a"])
    with pytest.raises(InputError, match="a name for each of 2 runs, got 1"):
        read_runs(runs[:2], names=["a"])
