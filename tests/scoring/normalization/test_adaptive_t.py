import numpy as np
import pytest

from kowairo.scoring import score_trials
from kowairo.scoring.normalization import AdaptiveTNorm, TNorm
from kowairo.testing.scoring import check_score_normalizer, toy_trials


@pytest.mark.parametrize("variant", ["own", "cross"])
def test_adaptive_t_norm_equals_a_naive_loop_over_trials(variant):
    embeddings, trials, cohort = toy_trials()
    scores = score_trials(embeddings, trials)
    norm = AdaptiveTNorm(top_n=9, ddof=1, variant=variant)
    ours = norm.fit(embeddings, cohort).transform(scores).values
    against = dict(zip(embeddings.utts, cohort.project(embeddings.vectors) @ cohort.vectors.T, strict=True))
    for i in range(0, len(trials), 40):
        side, other = against[trials.test[i]], against[trials.enroll[i]]
        rows = np.argsort(side if variant == "own" else other)[-9:]
        expected = (scores.values[i] - side[rows].mean()) / side[rows].std(ddof=1)
        assert ours[i] == pytest.approx(expected, abs=1e-5)


def test_over_the_whole_cohort_it_is_t_norm():
    embeddings, trials, cohort = toy_trials()
    scores = score_trials(embeddings, trials)
    expected = TNorm().fit(embeddings, cohort).transform(scores).values
    ours = AdaptiveTNorm(top_n=len(cohort)).fit(embeddings, cohort).transform(scores).values
    assert ours == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("variant", ["own", "cross"])
def test_adaptive_t_norm_keeps_its_contract(variant):
    check_score_normalizer(AdaptiveTNorm(top_n=10, variant=variant))
