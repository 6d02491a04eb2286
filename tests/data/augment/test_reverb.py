import pickle

import numpy as np
import pytest
import scipy.signal
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from kowairo.core import InputError
from kowairo.data.augment import Reverb, direct_sound_index
from kowairo.data.augment.reverb import convolved, response_spectra
from kowairo.testing.augmentation import check_augmentation


def naive_convolution(samples, response):
    out = np.zeros(len(samples))
    for t in range(len(samples)):
        for k in range(min(len(response), t + 1)):
            out[t] += response[k] * samples[t - k]
    return out


def decaying(num_taps, seed=0):
    taps = 0.3 * np.random.default_rng(seed).standard_normal(num_taps) * np.exp(-np.arange(num_taps) / 20)
    taps[0] = 1.0
    return taps.astype(np.float32)


def test_reverb_keeps_the_contract():
    check_augmentation(Reverb({"a": decaying(500), "b": decaying(50, seed=1)}))


@given(num_samples=st.integers(2, 60), num_taps=st.integers(1, 80), seed=st.integers(0, 99))
@settings(max_examples=30)
def test_reverb_is_the_convolution_of_a_naive_loop_up_to_its_level(num_samples, num_taps, seed):
    speech = (0.05 * np.random.default_rng(seed).standard_normal(num_samples)).astype(np.float32)
    response = decaying(num_taps, seed=seed)
    wet = Reverb({"room": response})(speech, rng=np.random.default_rng(0))
    expected = naive_convolution(speech, response)
    expected *= np.sqrt(np.mean(speech**2) / np.mean(expected**2))
    # Single-precision transforms of values below 1.
    np.testing.assert_allclose(wet, expected, atol=1e-6)


@pytest.mark.parametrize("num_samples", [1, 3999, 4000, 4001, 12500])
@pytest.mark.parametrize("num_taps", [1, 4000, 4001, 9000])
def test_partitions_give_the_convolution_across_their_borders(noise_like, num_samples, num_taps):
    speech, response = noise_like(num_samples), noise_like(num_taps, seed=1)
    expected = scipy.signal.fftconvolve(speech.astype(float), response.astype(float))[:num_samples]
    found = convolved(speech, response_spectra(response))
    # Single precision: a part in 1e6 of the largest values.
    np.testing.assert_allclose(found, expected, atol=2e-6 * max(1.0, np.abs(expected).max()))


def test_the_output_is_aligned_with_the_direct_sound(noise_like):
    delayed = np.concatenate([np.zeros(300, dtype=np.float32), decaying(100)])
    speech = noise_like(4000)
    wet = Reverb({"room": delayed})(speech, rng=np.random.default_rng(0))
    lags = np.correlate(wet, speech[500:3500], mode="valid")
    assert int(np.argmax(lags)) == 500


def test_a_room_that_only_delays_changes_nothing(noise_like):
    pulse = np.zeros(50, dtype=np.float32)
    pulse[20] = 0.3
    speech = noise_like(1000)
    wet = Reverb({"delay": pulse})(speech, rng=np.random.default_rng(0))
    np.testing.assert_allclose(wet, speech, atol=1e-6)


def test_the_energy_is_kept(noise_like):
    speech = noise_like(8000)
    wet = Reverb({"room": decaying(3000)})(speech, rng=np.random.default_rng(0))
    assert np.mean(wet**2) == pytest.approx(np.mean(speech**2), rel=1e-4)


def test_a_long_response_is_cut(noise_like):
    long = np.zeros(16000, dtype=np.float32)
    long[0], long[12000] = 1.0, 0.4
    speech = noise_like(16000)
    wet = Reverb({"echo": long}, max_length_s=0.5)(speech, rng=np.random.default_rng(0))
    np.testing.assert_allclose(wet, speech, atol=1e-6)


def test_equal_lengths_in_any_order_give_equal_results(noise_like):
    # Spectra are kept from call to call; they must not depend on what came before.
    rooms = {"a": decaying(500), "b": decaying(300, seed=1)}
    speech, other = noise_like(3000), noise_like(5000)
    used = Reverb(rooms)
    for seed in range(5):
        used(other, rng=np.random.default_rng(seed))
        used(speech, rng=np.random.default_rng(seed))
    fresh = Reverb(rooms)(speech, rng=np.random.default_rng(3))
    assert np.array_equal(used(speech, rng=np.random.default_rng(3)), fresh)


def test_a_pickle_does_not_grow_with_use(noise_like):
    reverb = Reverb({"a": decaying(500)})
    before = len(pickle.dumps(reverb))
    reverb(noise_like(32000), rng=np.random.default_rng(0))
    assert len(pickle.dumps(reverb)) == before


def test_the_direct_sound_is_the_first_of_two_strong_peaks():
    response = np.array([0.0, 0.1, 0.4, 0.8, 0.2, 0.0, -1.0, 0.1], dtype=np.float32)
    assert direct_sound_index(response) == 3


def test_responses_shorter_than_any_line_are_read_from_a_table(tmp_path, noise_like):
    soundfile.write(tmp_path / "room.flac", 0.9 * decaying(400), 16000)
    (tmp_path / "rir.scp").write_text("room room.flac\n")
    speech = noise_like(2000)
    wet = Reverb(tmp_path / "rir.scp")(speech, rng=np.random.default_rng(0))
    direct = Reverb({"room": decaying(400)})(speech, rng=np.random.default_rng(0))
    # The file holds 16 bits.
    np.testing.assert_allclose(wet, direct, atol=1e-3)


def test_a_silent_response_is_refused():
    with pytest.raises(InputError, match="'dead'"):
        Reverb({"dead": np.zeros(10, dtype=np.float32)})


def test_no_response_is_refused():
    with pytest.raises(InputError, match="at least one"):
        Reverb({})


def test_a_length_must_be_positive():
    with pytest.raises(InputError, match="positive time"):
        Reverb({"a": decaying(5)}, max_length_s=0.0)
