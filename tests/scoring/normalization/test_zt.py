import numpy as np
import pytest

from kowairo.core import Scores
from kowairo.scoring import score_trials
from kowairo.scoring.normalization import TZNorm, ZTNorm, zt_norm
from kowairo.testing.scoring import check_score_normalizer, toy_trials


def test_zt_norm_of_a_hand_worked_trial():
    # z = (.5 - .1) / .2 = 2, then (2 - .5) / .5 = 3
    sides = np.array([0.1]), np.array([0.2]), np.array([0.5]), np.array([0.5])
    assert zt_norm(np.array([0.5]), *sides) == pytest.approx([3.0])


@pytest.mark.parametrize("ddof", [0, 1])
def test_zt_norm_equals_a_naive_loop_of_both_steps(ddof):
    embeddings, trials, cohort = toy_trials()
    scores = score_trials(embeddings, trials)
    ours = ZTNorm(ddof=ddof).fit(embeddings, cohort).transform(scores).values
    unit = dict(zip(embeddings.utts, cohort.project(embeddings.vectors), strict=True))
    names = np.array(cohort.speakers)
    among = cohort.vectors @ cohort.vectors.T
    for i in range(0, len(trials), 60):
        enroll, test = cohort.vectors @ unit[trials.enroll[i]], cohort.vectors @ unit[trials.test[i]]
        z = (scores.values[i] - enroll.mean()) / enroll.std(ddof=ddof)
        impostors = []
        for k in range(len(cohort)):
            others = among[k][names != names[k]]
            impostors.append((test[k] - others.mean()) / others.std(ddof=ddof))
        expected = (z - np.mean(impostors)) / np.std(impostors, ddof=ddof)
        assert ours[i] == pytest.approx(expected, abs=1e-5)  # the scores are float32 cosines


def test_zt_norm_keeps_its_contract():
    check_score_normalizer(ZTNorm())


def test_zt_norm_of_exchanged_sides_is_tz_norm():
    embeddings, trials, cohort = toy_trials()
    scores = score_trials(embeddings, trials)
    exchanged = Scores(scores.test, scores.enroll, scores.values)
    expected = TZNorm().fit(embeddings, cohort).transform(exchanged).values
    assert ZTNorm().fit(embeddings, cohort).transform(scores).values == pytest.approx(expected)
