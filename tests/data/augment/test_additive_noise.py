import numpy as np
import pytest
import soundfile

from kowairo.data.augment import AdditiveNoise, SignalBank
from kowairo.testing.augmentation import check_augmentation


def snr_db(speech, mixed):
    noise = mixed.astype(np.float64) - speech
    return 10.0 * np.log10(np.mean(speech.astype(np.float64) ** 2) / np.mean(noise**2))


def test_additive_noise_keeps_the_contract(bank):
    check_augmentation(AdditiveNoise(bank, snr_db=(0.0, 15.0)))


@pytest.mark.parametrize("wanted_db", [-5.0, 0.0, 7.3, 15.0, 30.0])
def test_the_snr_is_exact_within_a_tenth_of_a_decibel(bank, noise_like, wanted_db):
    speech = noise_like(32000, seed=9, level=0.05)
    mixed = AdditiveNoise(bank, snr_db=(wanted_db, wanted_db))(speech, rng=np.random.default_rng(0))
    assert snr_db(speech, mixed) == pytest.approx(wanted_db, abs=0.1)


def test_snrs_fill_the_range_evenly(bank, noise_like):
    speech = noise_like(2000, seed=9, level=0.01)
    augmentation = AdditiveNoise(bank, snr_db=(5.0, 15.0))
    measured = [snr_db(speech, augmentation(speech, rng=np.random.default_rng(i))) for i in range(400)]
    assert min(measured) >= 4.9
    assert max(measured) <= 15.1
    assert np.histogram(measured, bins=4, range=(5.0, 15.0))[0].min() > 60


def test_every_recording_is_used(noise_like):
    constants = {f"dc{level}": np.full(100, level, dtype=np.float32) for level in (0.1, -0.1)}
    augmentation = AdditiveNoise(SignalBank(constants))
    speech = noise_like(100, level=0.01)
    signs = {bool(augmentation(speech, rng=np.random.default_rng(i)).mean() > 0) for i in range(20)}
    assert signs == {True, False}


def test_silent_recordings_change_nothing(noise_like):
    silent = AdditiveNoise(SignalBank({"silence": np.zeros(50, dtype=np.float32)}))
    speech = noise_like(100)
    assert np.array_equal(silent(speech, rng=np.random.default_rng(0)), speech)


def test_a_recording_that_is_mostly_silent_still_gives_noise(noise_like):
    mostly_silent = np.zeros(10000, dtype=np.float32)
    mostly_silent[:5000] = noise_like(5000)
    augmentation = AdditiveNoise(SignalBank({"thunder": mostly_silent}))
    speech = noise_like(100, seed=1)
    changed = sum(
        not np.array_equal(augmentation(speech, rng=np.random.default_rng(i)), speech) for i in range(100)
    )
    # Four draws, each silent with probability about one half: 6 % stay clean.
    assert changed >= 85


def test_noise_is_read_from_a_table(tmp_path, noise_like):
    soundfile.write(tmp_path / "fan.flac", noise_like(9000), 16000)
    (tmp_path / "noise.scp").write_text("fan fan.flac\n")
    speech = noise_like(4000, seed=1, level=0.05)
    mixed = AdditiveNoise(tmp_path / "noise.scp", snr_db=(3.0, 3.0))(speech, rng=np.random.default_rng(0))
    assert snr_db(speech, mixed) == pytest.approx(3.0, abs=0.1)
