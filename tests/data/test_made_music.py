import numpy as np
import pytest

from kowairo.data.made_music import make_music, note_hz, pluck


@pytest.mark.parametrize("seed", range(3))
def test_a_piece_is_level_finite_and_within_full_scale(seed):
    piece = make_music(seconds=4.0, rng=np.random.default_rng(seed))
    assert piece.shape == (64000,)
    assert piece.dtype == np.float32
    assert np.abs(piece).max() <= 0.9901
    assert 10 * np.log10(np.mean(piece**2)) == pytest.approx(-20.0, abs=0.01)


def test_equal_seeds_make_equal_pieces_and_others_differ():
    first, again, other = (make_music(seconds=1.0, rng=np.random.default_rng(s)) for s in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_piece_never_falls_silent():
    piece = make_music(seconds=6.0, rng=np.random.default_rng(0))
    levels = np.sqrt(np.mean(piece.reshape(12, -1) ** 2, axis=1))
    assert levels.min() > 0.01


@pytest.mark.parametrize(("midi", "hz"), [(69, 440.0), (57, 220.0), (60, 261.6256)])
def test_note_frequencies(midi, hz):
    assert note_hz(midi) == pytest.approx(hz, rel=1e-6)


def test_a_pluck_has_its_pitch_and_dies_away():
    tone = pluck(500.0, seconds=1.0, brightness=1.0, decay_s=0.2)
    assert int(np.argmax(np.abs(np.fft.rfft(tone)))) == 500
    assert np.abs(tone[-1600:]).max() < 0.05 * np.abs(tone[:1600]).max()


def test_a_high_pluck_has_no_harmonic_beyond_the_spectrum():
    tone = pluck(3000.0, seconds=1.0, brightness=0.0, decay_s=5.0)
    spectrum = np.abs(np.fft.rfft(tone))
    assert set(np.flatnonzero(spectrum > 0.3 * spectrum.max()) // 100) <= {29, 30, 59, 60}
