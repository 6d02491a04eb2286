import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.data.augment import Telephone
from kowairo.data.augment.telephone import line_round_trip
from kowairo.testing.augmentation import check_augmentation

CODECS = ["mu_law", "a_law", "gsm", "g721"]


def vowel(num_samples, *, rate_hz):
    """A gliding pitch, so that no other alignment fits as well."""
    times_s = np.arange(num_samples) / rate_hz
    cycles = 120 * times_s + 40 * times_s**2
    tone = sum(np.sin(2 * np.pi * k * cycles + k) / k for k in range(1, 16))
    spoken = tone * (1.2 + np.sin(2 * np.pi * 3 * times_s))
    return (0.3 * spoken / np.abs(spoken).max()).astype(np.float32)


@pytest.mark.parametrize("codec", CODECS)
def test_telephone_keeps_the_contract(codec):
    check_augmentation(Telephone(codecs=[codec]), lengths=(1, 37, 8000))


@pytest.mark.parametrize("codec", CODECS)
def test_a_line_is_aligned_with_its_input(codec):
    speech = vowel(12000, rate_hz=8000)
    heard = line_round_trip(speech, codec=codec)
    assert heard.shape == speech.shape
    lags = np.correlate(heard, speech[2000:10000], mode="valid")
    assert abs(int(np.argmax(lags)) - 2000) <= 1


@pytest.mark.parametrize(("codec", "least_db"), [("mu_law", 35.0), ("a_law", 35.0), ("g721", 12.0)])
def test_a_waveform_codec_is_as_faithful_as_its_standard(codec, least_db):
    speech = vowel(16000, rate_hz=8000)
    error = line_round_trip(speech, codec=codec) - speech
    assert 10 * np.log10(np.mean(speech**2) / np.mean(error**2)) > least_db


@pytest.mark.parametrize("codec", CODECS)
def test_nothing_is_left_outside_the_band(codec, noise_like):
    heard = Telephone(codecs=[codec])(noise_like(32000), rng=np.random.default_rng(0))
    power = np.abs(np.fft.rfft(heard)) ** 2
    share_above = power[int(4200 / 8000 * len(power)) :].sum() / power.sum()
    assert share_above < 1e-3
    band = slice(int(500 / 8000 * len(power)), int(2500 / 8000 * len(power)))
    assert power[band].sum() > 0.4 * power.sum()


def test_every_codec_is_drawn(noise_like):
    speech, telephone = noise_like(2000), Telephone(codecs=CODECS)
    sizes = {telephone(speech, rng=np.random.default_rng(seed)).tobytes() for seed in range(30)}
    assert len(sizes) > len(CODECS)


def test_an_unknown_codec_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match=r"'amr'.*mu_law, a_law, gsm, g721"):
        Telephone(codecs=["amr"])
    with pytest.raises(InputError, match="at least one"):
        Telephone(codecs=[])
