import numpy as np
import pytest

from kowairo.data.augment import MuLaw
from kowairo.data.augment.mu_law import mu_law_round_trip
from kowairo.testing.augmentation import check_augmentation


def test_mu_law_keeps_the_contract():
    check_augmentation(MuLaw())


def test_full_scale_and_silence_are_exact():
    assert mu_law_round_trip(np.array([-1.0, 0.0, 1.0], dtype=np.float32)) == pytest.approx([-1.0, 0.0, 1.0])


def test_one_step_by_hand():
    # F(0.5) = ln(128.5) / ln(256) = 0.8757; 0.8757 * 127 rounds to 111; F inverse of 111 / 127 is 0.4953.
    expected = (256.0 ** (111.0 / 127.0) - 1.0) / 255.0
    assert mu_law_round_trip(np.array([0.5], dtype=np.float32))[0] == pytest.approx(expected, rel=1e-5)


def test_there_are_at_most_256_levels():
    levels = np.unique(mu_law_round_trip(np.linspace(-1.0, 1.0, 100001, dtype=np.float32)))
    assert levels.size == 255


def test_speech_at_any_usual_level_keeps_about_38_decibels(noise_like):
    for level in (0.3, 0.03, 0.01):
        speech = np.clip(noise_like(16000, level=level), -1, 1)
        error = MuLaw()(speech, rng=np.random.default_rng(0)) - speech
        assert 30.0 < 10 * np.log10(np.mean(speech**2) / np.mean(error**2)) < 42.0


def test_the_table_agrees_with_the_formula(noise_like):
    speech = (np.round(noise_like(5000) * 32768) / 32768).astype(np.float32)
    assert np.array_equal(MuLaw()(speech, rng=np.random.default_rng(0)), mu_law_round_trip(speech))
