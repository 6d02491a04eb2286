import numpy as np
import pytest

from kowairo.core import Scores
from kowairo.scoring import SNorm, TNorm, ZNorm, score_trials
from kowairo.scoring.normalization import s_norm
from kowairo.testing.scoring import check_score_normalizer, toy_trials


def test_s_norm_of_a_hand_worked_trial_is_half_the_sum_not_the_sum_over_root_two():
    # z = (.5 - .1) / .2 = 2, t = (.5 - .2) / .1 = 3
    sides = (np.array([0.1]), np.array([0.2]), np.array([0.2]), np.array([0.1]))
    assert s_norm(np.array([0.5]), *sides) == pytest.approx([2.5])


def test_s_norm_is_the_mean_of_z_norm_and_t_norm():
    embeddings, trials, cohort = toy_trials()
    scores = score_trials(embeddings, trials)
    z, t, s = (n.fit(embeddings, cohort).transform(scores).values for n in (ZNorm(), TNorm(), SNorm()))
    assert s == pytest.approx((z + t) / 2)


def test_s_norm_does_not_change_when_the_sides_are_exchanged():
    embeddings, trials, cohort = toy_trials()
    scores = score_trials(embeddings, trials)
    exchanged = Scores(scores.test, scores.enroll, scores.values)
    norm = SNorm().fit(embeddings, cohort)
    assert norm.transform(exchanged).values == pytest.approx(norm.transform(scores).values)


def test_s_norm_keeps_its_contract():
    check_score_normalizer(SNorm())
