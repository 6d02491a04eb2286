import numpy as np
import pytest

from kowairo.core import EmbeddingSet, InputError
from kowairo.scoring.normalization import Cohort, CohortStatistics, cohort_moments
from kowairo.scoring.normalization.moments import STD_FLOOR
from kowairo.testing.scoring import toy_trials

# unit vectors whose cosines with (1, 0) are 1, 0.6, 0 and -1
_COHORT = Cohort.of_utterances([[1, 0], [0.6, 0.8], [0, 1], [-1, 0]], ["a", "b", "c", "d"])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, (0.15, np.std([1, 0.6, 0, -1]))),
        ({"ddof": 1}, (0.15, np.std([1, 0.6, 0, -1], ddof=1))),
        ({"top_n": 2}, (0.8, 0.2)),
        ({"top_n": 2, "speakers": ["a"]}, (0.3, 0.3)),
        ({"speakers": ["d"]}, (1.6 / 3, np.std([1, 0.6, 0]))),
    ],
)
def test_moments_of_hand_worked_cohort_scores(options, expected):
    mean, std = cohort_moments([[5, 0]], _COHORT, **options)
    assert (mean[0], std[0]) == pytest.approx(expected)


def test_an_excluded_row_cannot_come_back_through_negative_scores():
    # against (-1, 0) the scores are -1, -.6, 0, 1; without speaker d and c only negative ones are left
    cohort = Cohort.of_utterances(_COHORT.vectors, ["a", "b", "d", "d"])
    mean, _ = cohort_moments([[-1, 0]], cohort, top_n=2, speakers=["d"])
    assert mean[0] == pytest.approx(-0.8)


def test_moments_over_blocks_equal_a_naive_loop(monkeypatch):
    monkeypatch.setattr("kowairo.scoring.normalization.cohort_statistics._BLOCK_CELLS", 100)
    embeddings, _, cohort = toy_trials()
    speakers = ["cohort3"] * len(embeddings.utts)
    mean, std = cohort_moments(embeddings.vectors, cohort, top_n=7, ddof=1, speakers=speakers)
    for i, vector in enumerate(embeddings.vectors):
        scores = [
            float(vector @ row / np.linalg.norm(vector))
            for row, speaker in zip(cohort.vectors, cohort.speakers, strict=True)
            if speaker != "cohort3"
        ]
        best = sorted(scores)[-7:]
        assert (mean[i], std[i]) == pytest.approx((np.mean(best), np.std(best, ddof=1)), abs=1e-6)


def test_a_cohort_smaller_than_top_n_is_refused():
    with pytest.raises(InputError, match="top_n 300 is more than the 4 rows of the cohort"):
        cohort_moments([[5, 0]], _COHORT, top_n=300)


def test_a_cohort_without_spread_has_a_floored_deviation():
    cohort = Cohort.of_utterances([[1, 0], [1, 0]])
    assert cohort_moments([[0, 1]], cohort)[1].tolist() == [STD_FLOOR]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ddof": 2}, "ddof 0 or 1"),
        ({"top_n": 0}, "top_n of 1 or more"),
        ({"top_n": 1, "ddof": 1}, "1 cohort rows of other speakers, more than 1"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        cohort_moments([[1, 0]], _COHORT, **options)


def test_another_dimension_and_a_cohort_of_only_one_speaker_are_refused():
    with pytest.raises(InputError, match="2 dims, got 3"):
        cohort_moments([[1, 0, 0]], _COHORT)
    with pytest.raises(InputError, match="0 cohort rows of other speakers"):
        cohort_moments([[1, 0]], Cohort.of_utterances(np.eye(2), ["a", "a"]), speakers=["a"])


def test_statistics_are_found_by_utterance_and_survive_a_round_trip(tmp_path):
    embeddings = EmbeddingSet(np.array([[1, 0], [0, 1]], dtype=np.float32), ["u", "v"], {})
    statistics = CohortStatistics.fit(embeddings, _COHORT, utt2spk={"u": "a", "v": "x"})
    mean, std = statistics.rows(["v", "u", "v"])
    assert mean == pytest.approx([0.45, -0.4 / 3, 0.45])
    statistics.save(tmp_path / "statistics")
    again = CohortStatistics.load(tmp_path / "statistics")
    assert again.utts == ("u", "v")
    assert np.array_equal(again.rows(["v", "u", "v"]), (mean, std))


def test_unknown_utterances_and_speakers_are_named():
    embeddings = EmbeddingSet(np.ones((1, 2), dtype=np.float32), ["u"], {})
    with pytest.raises(InputError, match="no speaker for 1 utterances in utt2spk, the first is 'u'"):
        CohortStatistics.fit(embeddings, _COHORT, utt2spk={})
    with pytest.raises(InputError, match="no cohort statistics for 1 utterances, the first is 'w'"):
        CohortStatistics.fit(embeddings, _COHORT).rows(["u", "w"])
