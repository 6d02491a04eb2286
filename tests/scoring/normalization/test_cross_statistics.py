import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring.normalization import Cohort, CrossStatistics
from kowairo.testing.scoring import toy_trials


def naive(cohort, one, other, *, top_n, ddof, speakers):
    def allowed(k, side):
        return cohort.speakers[k] != speakers[side]

    scores = cohort.project([one, other]) @ cohort.vectors.T
    rows = sorted((k for k in range(len(cohort)) if allowed(k, 1)), key=lambda k: scores[1][k])[-top_n:]
    values = [scores[0][k] for k in rows if allowed(k, 0)]
    return np.mean(values), np.std(values, ddof=ddof)


@pytest.mark.parametrize("ddof", [0, 1])
@pytest.mark.parametrize("shared", ["no speaker", "some speakers"])
def test_moments_of_pairs_equal_a_naive_loop_in_any_block_size(ddof, shared, monkeypatch):
    monkeypatch.setattr("kowairo.scoring.normalization.cohort_statistics._BLOCK_CELLS", 200)
    monkeypatch.setattr("kowairo.scoring.normalization.cross_statistics._CHUNK_CELLS", 30)
    embeddings, _, cohort = toy_trials()
    names = ["x"] * len(embeddings)
    if shared == "some speakers":
        names = [f"cohort{row % 3}" for row in range(len(embeddings))]
    statistics = CrossStatistics.fit(embeddings.utts, embeddings.vectors, cohort, top_n=9, speakers=names)
    rows, others = np.random.default_rng(0).integers(0, len(embeddings), (2, 50))
    mean, std = statistics.moments(rows, others, ddof=ddof)
    for i, (row, other) in enumerate(zip(rows, others, strict=True)):
        pair = embeddings.vectors[row], embeddings.vectors[other]
        labels = names[row], names[other]
        expected = naive(cohort, *pair, top_n=9, ddof=ddof, speakers=labels)
        assert (mean[i], std[i]) == pytest.approx(expected, abs=1e-6)


def test_rows_that_are_not_valid_for_the_chooser_are_used_for_nobody():
    cohort = Cohort.of_utterances(np.eye(4), ["a", "a", "b", "c"])
    statistics = CrossStatistics.fit(["u", "v"], np.ones((2, 4)), cohort, top_n=3, speakers=["a", "x"])
    assert sorted(statistics.nearest[0].tolist()) == [2, 3, 4]  # 4: there is no third row
    _, std = statistics.moments(np.array([1]), np.array([0]), ddof=0)
    assert std.tolist() == [1e-5]


def test_no_pair_at_all_has_no_moments():
    embeddings, _, cohort = toy_trials()
    statistics = CrossStatistics.fit(embeddings.utts, embeddings.vectors, cohort, top_n=9)
    none = np.zeros(0, dtype=np.int64)
    assert len(statistics.moments(none, none, ddof=0).mean) == 0


def test_more_rows_than_the_cohort_has_are_refused():
    embeddings, _, cohort = toy_trials()
    with pytest.raises(InputError, match="top_n 41 is more than the 40 rows"):
        CrossStatistics.fit(embeddings.utts, embeddings.vectors, cohort, top_n=41)
