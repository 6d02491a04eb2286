import numpy as np
import pytest

from kowairo.scoring import ZNorm, score_trials
from kowairo.scoring.normalization import z_norm
from kowairo.testing.scoring import check_score_normalizer, toy_trials


def test_z_norm_of_two_hand_worked_trials():
    scores = z_norm(np.array([0.5, 0.2]), np.array([0.1, 0.2]), np.array([0.2, 0.1]))
    assert scores == pytest.approx([2.0, 0.0])


def test_z_norm_takes_the_enroll_side_from_the_whole_cohort():
    embeddings, trials, cohort = toy_trials()
    scores = score_trials(embeddings, trials)
    ours = ZNorm(ddof=1).fit(embeddings, cohort).transform(scores).values
    for i in (0, 17, 300):
        vector = embeddings.rows([trials.enroll[i]])[0]
        against = cohort.vectors @ vector / np.linalg.norm(vector)
        expected = (scores.values[i] - against.mean()) / against.std(ddof=1)
        assert ours[i] == pytest.approx(expected, abs=1e-6)


def test_z_norm_keeps_its_contract():
    check_score_normalizer(ZNorm())


def test_z_norm_is_blind_to_rising_affine_changes_of_all_scores():
    scores, mean, std = np.random.default_rng(0).normal(size=(3, 20))
    plain = z_norm(scores, mean, np.abs(std))
    assert z_norm(2 * scores + 3, 2 * mean + 3, 2 * np.abs(std)) == pytest.approx(plain)
