import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.data.augment import Babble, SignalBank
from kowairo.testing.augmentation import check_augmentation


def test_babble_keeps_the_contract(bank):
    check_augmentation(Babble(bank))


def test_the_snr_holds_against_the_sum_of_the_talkers(bank, noise_like):
    speech = noise_like(32000, seed=9, level=0.05)
    mixed = Babble(bank, snr_db=(13.0, 13.0), num_talkers=(3, 3))(speech, rng=np.random.default_rng(1))
    babble = mixed.astype(np.float64) - speech
    assert 10 * np.log10(np.mean(speech**2) / np.mean(babble**2)) == pytest.approx(13.0, abs=0.1)


def test_talkers_are_equally_loud_however_loud_they_were_recorded(noise_like):
    time = np.arange(16000) / 16000
    loud, quiet = (np.sin(2 * np.pi * hz * time).astype(np.float32) for hz in (500, 3000))
    babble = Babble(SignalBank({"loud": loud, "quiet": 0.01 * quiet}), snr_db=(0.0, 0.0), num_talkers=(9, 9))
    speech = noise_like(16000, level=0.05)
    added = babble(speech, rng=np.random.default_rng(4)).astype(np.float64) - speech
    spectrum = np.abs(np.fft.rfft(added))
    # Talkers of one pitch add with random phases; what matters is that the quiet one is not 40 dB below.
    assert 0.1 < spectrum[3000] / spectrum[500] < 10.0


def test_the_number_of_talkers_must_be_a_range():
    with pytest.raises(InputError, match="num_talkers"):
        Babble(SignalBank({"a": np.ones(5, dtype=np.float32)}), num_talkers=(0, 3))


def test_each_talker_can_have_an_snr_of_its_own(noise_like):
    # Five talkers at 20 dB each: their sum is 10 log10(5) = 7 dB louder.
    bank = SignalBank({str(seed): noise_like(30000, seed=seed) for seed in range(40)})
    speech = noise_like(16000, seed=99)
    babble = Babble(bank, snr_db=(20.0, 20.0), num_talkers=(5, 5), snr_of="talker")
    added = babble(speech, rng=np.random.default_rng(0)) - speech
    assert 10 * np.log10(np.mean(speech**2) / np.mean(added**2)) == pytest.approx(13.0, abs=0.5)


def test_own_snrs_differ_from_talker_to_talker(noise_like):
    bank = SignalBank({"a": noise_like(16000)})
    babble = Babble(bank, snr_db=(0.0, 40.0), num_talkers=(1, 1), snr_of="talker")
    speech = noise_like(16000, seed=9)
    powers = [np.var(babble(speech, rng=np.random.default_rng(seed)) - speech) for seed in range(20)]
    ratios_db = 10 * np.log10(np.mean(speech**2) / np.array(powers))
    assert ratios_db.min() < 10.0
    assert ratios_db.max() > 30.0


def test_an_unknown_reference_of_the_snr_is_refused(noise_like):
    with pytest.raises(InputError, match="sum or talker"):
        Babble(SignalBank({"a": noise_like(100)}), snr_of="all")
