import numpy as np
import pytest
import scipy.signal

from kowairo.core import InputError
from kowairo.data.augment import BandPass, HighPass, LowPass
from kowairo.data.augment.filters import butterworth, filtered
from kowairo.testing.augmentation import check_augmentation


def response_at(augmentation, frequencies_hz):
    """Magnitudes in dB, from the impulse response."""
    impulse = np.zeros(16000, dtype=np.float32)
    impulse[0] = 0.5
    out = augmentation(impulse, rng=np.random.default_rng(0)).astype(np.float64) / 0.5
    spectrum = np.abs(np.fft.rfft(out))
    return 20.0 * np.log10(spectrum[frequencies_hz] + 1e-9)


@pytest.mark.parametrize("augmentation", [LowPass(), HighPass(), BandPass()], ids=lambda a: type(a).__name__)
def test_filters_keep_the_contract(augmentation):
    check_augmentation(augmentation)


@pytest.mark.parametrize(("kind", "order"), [("lowpass", 4), ("highpass", 2), ("highpass", 5)])
def test_the_response_is_that_of_freqz(kind, order):
    numerator, denominator = scipy.signal.butter(order, 1200.0, btype=kind, fs=16000)
    hz, expected = scipy.signal.freqz(numerator, denominator, worN=200, fs=16000)
    impulse = np.zeros(8000, dtype=np.float32)
    impulse[0] = 1.0
    out = filtered(impulse, butterworth(1200.0, order=order, kind=kind)).astype(np.float64)
    measured = np.array([np.sum(out * np.exp(-2j * np.pi * f / 16000 * np.arange(8000))) for f in hz])
    # Output is rounded to single precision, 6e-8 a sample.
    np.testing.assert_allclose(measured, expected, atol=1e-5)


def test_the_cutoff_is_three_decibels_down_and_the_slope_6_db_an_octave_per_order():
    low_pass = LowPass(cutoff_hz=(1000.0, 1000.0), order=4)
    assert response_at(low_pass, [100, 1000, 2000]) == pytest.approx([0.0, -3.01, -24.6], abs=0.9)


def test_a_high_pass_removes_a_constant():
    out = HighPass()(np.full(32000, 0.5, dtype=np.float32), rng=np.random.default_rng(0))
    assert np.abs(out[8000:]).max() < 1e-3


def test_a_telephone_keeps_the_middle_of_its_band():
    levels = response_at(BandPass(), [60, 1000, 6000])
    assert levels[0] < -30.0
    assert levels[1] == pytest.approx(0.0, abs=0.2)
    assert levels[2] < -20.0


def test_cutoffs_vary_within_the_range():
    low_pass = LowPass(cutoff_hz=(1000.0, 4000.0))
    impulse = np.zeros(16000, dtype=np.float32)
    impulse[0] = 0.5
    cutoffs = set()
    for seed in range(200):
        spectrum = np.abs(np.fft.rfft(low_pass(impulse, rng=np.random.default_rng(seed)) / 0.5))
        cutoffs.add(int(np.argmax(spectrum < np.sqrt(0.5))))
    assert min(cutoffs) >= 998
    assert max(cutoffs) <= 4003
    assert len(cutoffs) == 20


def test_bands_must_not_overlap():
    with pytest.raises(InputError, match="expected to lie below"):
        BandPass(low_hz=(200.0, 3000.0), high_hz=(2500.0, 3800.0))


@pytest.mark.parametrize("filter_class", [LowPass, HighPass, BandPass])
def test_an_order_below_one_is_refused(filter_class):
    with pytest.raises(InputError, match="order"):
        filter_class(order=0)
