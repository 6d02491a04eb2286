import numpy as np
import pytest

from kowairo.core import Corpus
from kowairo.data import read_audio
from kowairo.data.world_analysis import WorldFrames, analyze_speech, estimate_pitch
from kowairo.data.world_synthesis import (
    noise_amplitude,
    pulse_times,
    same_level,
    synthesize_voice,
    warp_envelope,
)
from kowairo.data.world_voice import WorldVoice

FREQUENCIES_HZ = np.linspace(0, 8000, 513)


@pytest.fixture(scope="module")
def lines(data_dir):
    """A line each of twelve real speakers, by id."""
    corpus = Corpus.read(data_dir / "voices" / "dev")
    chosen = [utts[0] for utts in corpus.spk2utt.values()][::4]
    return {utt: read_audio(corpus.audio[utt])[:64000] for utt in chosen}


def frames_of(pitch_hz, power, *, count=100, noise_db=-60.0):
    return WorldFrames(
        np.full(count, float(pitch_hz)),
        np.full((count, 513), np.log(power), dtype=np.float32),
        np.full(count, noise_db, dtype=np.float32),
        count * 160,
    )


def log_mel(samples):
    windows = np.lib.stride_tricks.sliding_window_view(samples, 400)[::160] * np.hanning(400)
    power = np.abs(np.fft.rfft(windows, 512, axis=1)) ** 2
    mel = np.linspace(0, 2595 * np.log10(1 + 8000 / 700), 42)
    edges = 700 * (10 ** (mel / 2595) - 1)
    bins = np.linspace(0, 8000, 257)
    bands = [
        np.interp(bins, edges[band : band + 3], [0.0, 1.0, 0.0], left=0.0, right=0.0) for band in range(40)
    ]
    energies = power @ np.array(bands).T
    return np.log(energies + 1e-8 * energies.max())


def test_pulses_of_a_constant_pitch_are_one_period_apart():
    times, pitch_hz = pulse_times(np.full(101, 125.0), 16000)
    assert np.diff(times) == pytest.approx(128.0, abs=1e-6)
    assert pitch_hz == pytest.approx(125.0)


def test_no_pulse_falls_in_unvoiced_frames():
    pitch_hz = np.where((np.arange(101) > 30) & (np.arange(101) < 60), 0.0, 200.0)
    times, _ = pulse_times(pitch_hz, 16000)
    assert not ((times > 31 * 160) & (times < 59 * 160)).any()
    assert len(pulse_times(np.zeros(101), 16000)[0]) == 0


@pytest.mark.parametrize("pitch_hz", [0.0, 100.0, 300.0])
def test_the_power_is_that_of_the_envelope(pitch_hz):
    speech = synthesize_voice(frames_of(pitch_hz, 0.01), WorldVoice(1.0, 1.0), rng=np.random.default_rng(0))
    # Mean square = mean of the power spectrum; the lowest band has no pulse energy.
    assert np.mean(speech[1600:-1600] ** 2) == pytest.approx(0.01, rel=0.1)


def test_warping_moves_a_formant_by_the_factor():
    envelope = -(((FREQUENCIES_HZ - 2000.0) / 300.0) ** 2)[None].astype(np.float32)
    for factor in (0.8, 1.0, 1.25):
        warped = warp_envelope(envelope, factor)[0]
        assert np.argmax(warped) * 31.25 == pytest.approx(2000.0 * factor, abs=16)


def test_warping_keeps_the_ends_and_the_order():
    ramp = FREQUENCIES_HZ[None].astype(np.float32)
    for factor in (0.8, 1.25):
        warped = warp_envelope(ramp, factor)[0]
        assert (warped[0], warped[-1]) == (0.0, 8000.0)
        assert (np.diff(warped) > 0).all()


def test_noise_amplitude_by_hand():
    share = noise_amplitude(np.array([-20.0, 0.0], dtype=np.float32), breath=0.0)
    assert share[:, 96] == pytest.approx([0.1, 1.0], rel=1e-4)
    assert share[:, 0] == pytest.approx(0.001, rel=1e-3)
    assert share[:, 256] == pytest.approx(1.0)
    breathy = noise_amplitude(np.array([-20.0], dtype=np.float32), breath=1.0)
    assert breathy[0, 80] == pytest.approx(1 - (1 - share[0, 80]) * 0.5, rel=1e-4)


def test_level_is_that_of_the_reference_unless_it_would_clip():
    quiet = np.array([0.1, -0.1], dtype=np.float32)
    assert same_level(quiet, np.array([0.5, 0.5], dtype=np.float32)) == pytest.approx([0.5, -0.5])
    loud = same_level(np.array([0.0, 0.1], dtype=np.float32), np.ones(3, dtype=np.float32))
    assert np.abs(loud).max() == 1.0
    assert not same_level(np.zeros(4, dtype=np.float32), quiet).any()


def test_equal_generators_give_equal_speech():
    frames = frames_of(150.0, 0.01, noise_db=-6.0)
    first, again, other = (
        synthesize_voice(frames, WorldVoice(1.1, 0.9, 1.0, 0.2), rng=np.random.default_rng(seed))
        for seed in (0, 0, 1)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("num_frames", [1, 2, 3])
def test_the_shortest_signals_are_finite(num_frames):
    frames = frames_of(200.0, 0.01, count=num_frames)
    speech = synthesize_voice(frames, WorldVoice(1.2, 1.2), rng=np.random.default_rng(0))
    assert speech.shape == (num_frames * 160,)
    assert np.isfinite(speech).all()


def test_an_unchanged_voice_sounds_as_before(lines):
    correlations = []
    for samples in lines.values():
        again = synthesize_voice(analyze_speech(samples), WorldVoice(1.0, 1.0), rng=np.random.default_rng(0))
        correlations.append(np.corrcoef(log_mel(samples).ravel(), log_mel(again).ravel())[0, 1])
    assert np.median(correlations) > 0.9


def test_pitch_follows_the_factor_on_real_voices(lines):
    for factor in (0.75, 1.4):
        ratios = []
        for samples in lines.values():
            frames = analyze_speech(samples)
            speech = synthesize_voice(frames, WorldVoice(factor, 1.0), rng=np.random.default_rng(0))
            found_hz, _ = estimate_pitch(speech)
            both = (found_hz > 0) & (frames.pitch_hz > 0)
            ratios.append(np.median(found_hz[both] / frames.pitch_hz[both]))
        assert np.median(ratios) == pytest.approx(factor, rel=0.03)


def test_formants_follow_the_factor_on_real_voices(lines):
    band = (FREQUENCIES_HZ > 200) & (FREQUENCIES_HZ < 4500)
    candidates = np.exp(np.linspace(-0.3, 0.3, 61))
    samples = next(iter(lines.values()))
    frames = analyze_speech(samples)
    for factor in (0.82, 1.2):
        speech = synthesize_voice(frames, WorldVoice(1.1, factor), rng=np.random.default_rng(0))
        found = analyze_speech(speech)
        both = np.flatnonzero((found.pitch_hz > 0) & (frames.pitch_hz > 0))
        heard = found.log_power[both][:, band] - found.log_power[both][:, band].mean(axis=0)
        agreement = []
        for candidate in candidates:
            moved = np.array(
                [
                    np.interp(FREQUENCIES_HZ[band] / candidate, FREQUENCIES_HZ, row)
                    for row in frames.log_power[both]
                ]
            )
            agreement.append(np.corrcoef((moved - moved.mean(axis=0)).ravel(), heard.ravel())[0, 1])
        assert candidates[np.argmax(agreement)] == pytest.approx(factor, rel=0.05)
