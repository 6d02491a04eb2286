import shutil

import pytest

from kowairo.core import InputError, read_scores, write_scores
from kowairo.report.comparison import check_comparison, compare_runs, write_comparison


@pytest.fixture
def written(runs):
    table = compare_runs(runs, num_replicates=20, seed=4, p_targets=(0.02,))
    return write_comparison(table, runs[0].parent / "out" / "compare", formats=["csv"])[0]


def test_a_table_agrees_with_the_scores_it_came_from(written):
    assert check_comparison(written) == []


def test_it_still_agrees_after_everything_moved_together(written, tmp_path):
    moved = tmp_path / "moved"
    shutil.copytree(written.parents[1], moved, ignore=shutil.ignore_patterns("moved"))
    assert check_comparison(moved / "out" / "compare.csv") == []


def test_trials_outside_the_experiments_are_found_again(runs):
    folder = runs[0].parent / "lists"
    (runs[0] / "data/test").rename(folder)
    shutil.rmtree(runs[1] / "data")
    table = compare_runs(runs[:2], trial_folders={"test": folder}, num_replicates=5)
    assert check_comparison(write_comparison(table, folder / "t", formats=["csv"])[0]) == []


def test_an_edited_figure_is_found(written):
    text = written.read_text()
    value = text.splitlines()[1].split(",")[8]
    written.write_text(text.replace(value, "0.01", 1))
    (line,) = check_comparison(written)
    assert line.startswith("first test trials ecapa none: eer is written as 0.01, the scores give ")


def test_changed_scores_are_found(written, runs):
    path = runs[2] / "scores/ecapa/test/trials.as.txt"
    scores = read_scores(path)
    write_scores(path, type(scores)(scores.enroll, scores.test, -scores.values))
    names = {line.split(": ")[1].split(" is ")[0] for line in check_comparison(written)}
    assert {"eer", "scores_sha256"} <= names


def test_scores_that_have_gone_are_found(written, runs):
    (runs[2] / "scores/ecapa/test/trials.as.txt").unlink()
    assert check_comparison(written) == ["third test trials ecapa as: no such scores any more"]


def test_something_else_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    with pytest.raises(InputError, match="not a written comparison"):
        check_comparison(tmp_path / "a.csv")
    with pytest.raises(InputError, match="no such file"):
        check_comparison(tmp_path / "b.csv")
    (tmp_path / "c.csv").write_text("x,y\n")
    with pytest.raises(InputError, match="no row"):
        check_comparison(tmp_path / "c.csv")
