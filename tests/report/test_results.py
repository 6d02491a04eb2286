import pytest

from kowairo.core import InputError, OverlapCounts, write_json
from kowairo.report.results import Comparison, Estimate, read_results, result_of

ROW = {
    "system": "ecapa",
    "set": "test",
    "trials": "trials",
    "normalization": "none",
    "eer": 0.1,
    "min_dcf_0.01": 0.5,
}


def test_a_missing_folder_has_no_results(tmp_path):
    assert read_results(tmp_path / "absent") == ([], [])


def test_a_file_may_hold_one_row_or_a_list(tmp_path):
    write_json(tmp_path / "a.json", ROW)
    write_json(tmp_path / "b.json", [ROW | {"condition": "same_actor"}, ROW | {"condition": "kind_speech"}])
    rows, _ = read_results(tmp_path)
    assert [row.condition for row in rows] == ["all", "same_actor", "kind_speech"]


def test_intervals_are_read_beside_their_values():
    row = result_of(
        ROW | {"eer_low": 0.08, "eer_high": 0.13, "min_dcf_0.01_low": 0.4, "min_dcf_0.01_high": 0.6}
    )
    assert row.eer == Estimate(0.1, 0.08, 0.13)
    assert row.min_dcf == {0.01: Estimate(0.5, 0.4, 0.6)}


def test_overlap_with_training_is_read_as_a_sentence():
    counts = OverlapCounts(3, 9, by_audio=1, by_speaker=2, speakers=1, first="u0")
    assert result_of(ROW | {"overlap": counts.as_json()}).overlap == str(counts)
    assert result_of(ROW).overlap == ""


def test_a_row_without_eer_is_refused_with_its_file(tmp_path):
    write_json(tmp_path / "broken.json", {"system": "x", "set": "test", "trials": "trials"})
    with pytest.raises(InputError, match=r"broken\.json.*eer"):
        read_results(tmp_path)


def test_rows_come_headline_first_encoder_before_baseline_plain_before_normalised(tmp_path):
    for system in ("mfcc", "ecapa"):
        for norm in ("as", "none"):
            for trials in ("trials_all", "trials"):
                record = ROW | {"system": system, "normalization": norm, "trials": trials}
                write_json(tmp_path / f"{system}.{norm}.{trials}.json", record)
    rows, _ = read_results(tmp_path)
    headline = [("ecapa", "none"), ("ecapa", "as"), ("mfcc", "none"), ("mfcc", "as")]
    assert [(row.system, row.normalization) for row in rows[:4]] == headline
    assert {row.trials for row in rows[4:]} == {"trials_all"}


@pytest.mark.parametrize(
    ("low", "high", "decided"),
    [(-0.03, -0.01, True), (-0.02, 0.01, False), (0.01, 0.02, True), (None, None, False)],
)
def test_a_difference_is_decided_when_its_interval_excludes_zero(low, high, decided):
    comparison = Comparison("a", "b", "test", "trials", "none", 0.1, 0.12, Estimate(-0.02, low, high))
    assert comparison.is_decided is decided
