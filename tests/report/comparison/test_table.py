import shutil

import numpy as np
import pytest

from kowairo.core import (
    InputError,
    OverlapCounts,
    read_scores,
    read_table,
    read_trials,
    write_overlap_note,
    write_trials,
)
from kowairo.report.comparison.table import compare_runs
from kowairo.scoring import align_scores, eer, paired_bootstrap


@pytest.fixture
def table(runs):
    return compare_runs(runs, num_replicates=60)


def rows_of(table, run):
    return [row for row in table.rows if row.run == run]


def test_rows_are_grouped_by_normalisation_and_runs_keep_their_order(table):
    assert [(row.run, row.scores.normalization) for row in table.rows] == [
        *(("first", "none"), ("second", "none"), ("third", "none")),
        *(("first", "as"), ("second", "as"), ("third", "as")),
    ]


def test_figures_are_those_of_the_stored_scores(table, runs):
    trials = read_trials(runs[1] / "data/test/trials")
    values = align_scores(read_scores(runs[1] / "scores/resnet_x/test/trials.none.txt"), trials)
    row = rows_of(table, "second")[0]
    assert row.eer.value == eer(values[trials.target], values[~trials.target]).value
    assert (row.num_target, row.num_nontarget, row.num_speakers) == (80, 700, 8)


def test_the_difference_is_that_of_the_paired_bootstrap_although_trials_are_in_another_order(table, runs):
    trials = read_trials(runs[1] / "data/test/trials")
    speaker = read_table(runs[1] / "data/test/utt2spk")
    paths = ("1/scores/resnet_x", "0/scores/ecapa")
    own, reference = (
        align_scores(read_scores(runs[int(p[0])] / p[2:] / "test/trials.none.txt"), trials) for p in paths
    )
    sides = [[speaker[utt] for utt in side] for side in (trials.enroll, trials.test)]
    expected = paired_bootstrap(own, reference, trials.target, *sides, num_replicates=60)
    assert rows_of(table, "second")[0].p_value == pytest.approx(expected.eer_p_value)
    expected, found = expected.eer, rows_of(table, "second")[0].difference
    assert (found.value, found.low, found.high) == pytest.approx(
        (expected.value, expected.low, expected.high)
    )


def test_a_clear_gain_is_decided_and_an_equal_run_is_not(table):
    assert [row.verdict for row in rows_of(table, "first")] == ["reference"] * 2
    assert [row.verdict for row in rows_of(table, "second")] == ["better"] * 2


def test_identical_scores_differ_by_exactly_nothing(runs, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    for part in ("data", "scores"):
        (copy / part).symlink_to(runs[0] / part)
    row = compare_runs([runs[0], copy], num_replicates=20).rows[1]
    assert (row.difference.value, row.difference.low, row.difference.high) == (0, 0, 0)
    assert row.verdict == "undecided"


def test_other_trials_are_not_paired_and_say_so(table):
    row = rows_of(table, "third")[0]
    assert row.verdict == "not paired"
    assert row.remark == "not the trials of first"
    assert row.difference is None
    assert row.p_value is None


def test_a_row_without_a_partner_says_so(runs):
    (runs[0] / "scores/ecapa/test/trials.as.txt").unlink()
    table = compare_runs(runs[:2], num_replicates=5)
    assert table.rows[-1].remark == "first has no such scores"


def test_a_single_run_is_a_plain_table(runs):
    table = compare_runs(runs[:1], normalizations=["as"], num_replicates=5)
    assert [row.verdict for row in table.rows] == ["reference"]


def test_few_speakers_leave_a_warning(table):
    assert "only 8 speakers" in rows_of(table, "first")[0].remark


def test_nothing_that_matches_and_missing_trials_are_errors(runs):
    with pytest.raises(InputError, match="match the choice"):
        compare_runs(runs, set_names=["valid"])
    (runs[0] / "data/test/trials").unlink()
    with pytest.raises(InputError, match=r"trials\.none\.txt: its trials are missing"):
        compare_runs(runs)


def test_a_label_against_the_speakers_is_an_error(runs):
    trials = read_trials(runs[0] / "data/test/trials")
    wrong = np.where(np.arange(len(trials)) == 1, ~trials.target, trials.target)
    write_trials(runs[0] / "data/test/trials", type(trials)(trials.enroll, trials.test, wrong))
    with pytest.raises(InputError, match="labelled against"):
        compare_runs(runs[:1])


def test_scores_on_training_voices_are_remarked_on(runs, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(runs[1], copy)
    counts = OverlapCounts(3, 9, by_audio=1, by_speaker=2, speakers=1, first="u0")
    write_overlap_note(copy / "scores/resnet_x/test/trials.none.txt", counts)
    found = {row.scores.normalization: row.remark for row in compare_runs([copy], num_replicates=20).rows}
    assert str(counts) in found["none"]
    assert str(counts) not in found["as"]
