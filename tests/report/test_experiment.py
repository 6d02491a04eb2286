import pytest

from kowairo.core import InputError
from kowairo.report.experiment import read_experiment


@pytest.fixture(scope="module")
def experiment(experiment_folder):
    return read_experiment(experiment_folder)


def test_an_empty_folder_is_an_experiment_without_parts(tmp_path):
    experiment = read_experiment(tmp_path)
    assert experiment.main_system == "ecapa"
    assert experiment.test is None
    assert not experiment.is_synthetic


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such experiment folder"):
        read_experiment(tmp_path / "absent")


def test_the_main_system_is_neither_baseline_nor_enhanced(experiment):
    assert experiment.main_system == "ecapa"


def test_headline_scores_are_split_by_the_trials_labels_plain_first(experiment):
    assert [scored.is_plain for scored in experiment.scores] == [True] * 4 + [False] * 4
    row = experiment.headline("ecapa")
    scored = next(s for s in experiment.scores if s.system == "ecapa")
    assert (len(scored.scored.target), len(scored.scored.nontarget)) == (row.num_target, row.num_nontarget)


def test_sets_come_in_the_order_of_the_recipe(experiment):
    assert list(experiment.corpora) == ["all", "train", "valid", "test"]


def test_a_truth_file_marks_the_synthetic_corpus(experiment):
    assert experiment.is_synthetic
