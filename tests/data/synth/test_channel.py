import numpy as np
import pytest

from kowairo.data.synth.channel import CODECS, Colour, draw_colour, frequency_response, transmit

FLAT = Colour(gain_db=0.0, tilt_db=0.0, ripple_db=(), noise_db=-100.0, noise_tilt_db=0.0)


def tone(seconds=1.0, hz=440.0):
    times = np.arange(round(16000 * seconds)) / 16000.0
    return 0.3 * np.sin(2.0 * np.pi * hz * times)


def power_db(samples):
    return 10.0 * np.log10(np.mean(samples**2))


def test_flat_layers_change_nothing():
    np.testing.assert_allclose(frequency_response((FLAT, FLAT), np.array([0.0, 100.0, 8000.0])), 1.0)


def test_a_tilt_rises_by_its_size_from_60_hz_to_8_khz():
    layer = Colour(0.0, 6.0, (), -100.0, 0.0)
    low, high = 20.0 * np.log10(frequency_response((layer,), np.array([60.0, 8000.0])))

    assert high - low == pytest.approx(6.0)
    assert high == pytest.approx(3.0)


def test_layers_add_up_in_decibels():
    rng = np.random.default_rng(0)
    one, two = draw_colour(rng=rng), draw_colour(rng=rng)
    places = np.linspace(0.0, 8000.0, 50)

    product = frequency_response((one,), places) * frequency_response((two,), places)
    np.testing.assert_allclose(frequency_response((one, two), places), product)


def test_a_gain_is_heard_as_a_gain():
    plain = transmit(tone(), (FLAT,), "none", rng=np.random.default_rng(0))
    louder = Colour(6.0, 0.0, (), -100.0, 0.0)

    assert power_db(transmit(tone(), (louder,), "none", rng=np.random.default_rng(0))) == pytest.approx(
        power_db(plain) + 6.0, abs=0.01
    )


def test_the_noise_floor_has_its_level():
    noisy = Colour(0.0, 0.0, (), -20.0, -6.0)
    clean = transmit(tone(), (FLAT,), "none", rng=np.random.default_rng(0))
    mixed = transmit(tone(), (noisy,), "none", rng=np.random.default_rng(0))

    assert power_db(mixed - clean) - power_db(clean) == pytest.approx(-20.0, abs=0.1)


@pytest.mark.parametrize("codec", CODECS)
def test_every_codec_keeps_length_and_signal(codec):
    sent = tone(0.7)
    received = transmit(sent, (FLAT,), codec, rng=np.random.default_rng(0))

    assert received.shape == sent.shape
    assert np.abs(np.corrcoef(sent, received)[0, 1]) > 0.95


@pytest.mark.parametrize("codec", CODECS)
def test_every_codec_is_repeatable(codec):
    layers = (FLAT, draw_colour(rng=np.random.default_rng(1)))
    first, second = (transmit(tone(0.7), layers, codec, rng=np.random.default_rng(2)) for _ in range(2))

    assert np.array_equal(first, second)


def test_nothing_clips():
    loud = Colour(40.0, 0.0, (), -30.0, 0.0)

    assert np.abs(transmit(tone(), (loud,), "none", rng=np.random.default_rng(0))).max() <= 0.9501


def test_lines_are_coloured_at_least_as_much_as_titles():
    rng = np.random.default_rng(0)
    responses = [
        20.0 * np.log10(frequency_response((draw_colour(rng=rng),), np.geomspace(60.0, 8000.0, 40)))
        for _ in range(200)
    ]

    assert np.std(responses) > 2.0
