import numpy as np
import pytest

from kowairo.scoring import score_trials
from kowairo.scoring.normalization import TZNorm, tz_norm
from kowairo.testing.scoring import check_score_normalizer, toy_trials


def test_tz_norm_of_a_hand_worked_trial():
    # t = (.5 - .3) / .1 = 2, then (2 - 1) / .25 = 4
    sides = np.array([1.0]), np.array([0.25]), np.array([0.3]), np.array([0.1])
    assert tz_norm(np.array([0.5]), *sides) == pytest.approx([4.0])


def test_tz_norm_equals_a_naive_loop_of_both_steps():
    embeddings, trials, cohort = toy_trials()
    scores = score_trials(embeddings, trials)
    ours = TZNorm().fit(embeddings, cohort).transform(scores).values
    unit = dict(zip(embeddings.utts, cohort.project(embeddings.vectors), strict=True))
    names = np.array(cohort.speakers)
    among = cohort.vectors @ cohort.vectors.T
    for i in range(0, len(trials), 60):
        enroll, test = cohort.vectors @ unit[trials.enroll[i]], cohort.vectors @ unit[trials.test[i]]
        t = (scores.values[i] - test.mean()) / test.std()
        impostors = []
        for k in range(len(cohort)):
            others = among[k][names != names[k]]
            impostors.append((enroll[k] - others.mean()) / others.std())
        assert ours[i] == pytest.approx((t - np.mean(impostors)) / np.std(impostors), abs=1e-5)


def test_tz_norm_keeps_its_contract():
    check_score_normalizer(TZNorm())


def test_tz_norm_is_blind_to_rising_affine_changes_of_all_scores():
    embeddings, trials, cohort = toy_trials()
    scores = score_trials(embeddings, trials)
    norm = TZNorm().fit(embeddings, cohort)
    plain = norm.transform(scores).values
    test = norm.test_statistics_.rows(scores.test)
    enroll = norm.enroll_statistics_.rows(scores.enroll)  # of normed scores: they do not change
    changed = tz_norm(2 * scores.values + 3, *enroll, 2 * test.mean + 3, 2 * test.std)
    assert changed == pytest.approx(plain)
