import numpy as np
import pytest

from kowairo.core import KowairoError
from kowairo.data.synth.speak import FRAME_S, analyze, require, resynthesize, speak


def buzz(pitch_hz=200.0, seconds=0.5):
    times = np.arange(round(16000 * seconds)) / 16000.0
    return sum(0.1 / k * np.cos(2.0 * np.pi * k * pitch_hz * times) for k in range(1, 20))


def test_a_missing_module_names_the_extra():
    with pytest.raises(KowairoError, match=r"needs pyworldless: pip install 'kowairo-data\[synth\]'"):
        require("pyworldless")


def test_the_pitch_of_a_buzz_is_found():
    pitch_hz = analyze(buzz(180.0)).pitch_hz

    assert np.median(pitch_hz[pitch_hz > 0]) == pytest.approx(180.0, rel=0.01)


def test_an_analysis_has_a_frame_every_ten_milliseconds():
    analysis = analyze(buzz(seconds=0.5))

    assert len(analysis.pitch_hz) == round(0.5 / FRAME_S) + 1
    assert analysis.log_power.shape == analysis.aperiodicity.shape == (len(analysis.pitch_hz), 257)


def test_a_buzz_survives_analysis_and_synthesis():
    again = resynthesize(analyze(buzz(200.0)))
    spectrum = np.abs(np.fft.rfft(again[2000:6000] * np.hanning(4000)))

    # 4 Hz per bin; the strongest partial is the first.
    assert spectrum.argmax() * 4.0 == pytest.approx(200.0, abs=8.0)


@pytest.mark.slow
def test_a_sentence_is_spoken_without_long_silence_around_it():
    samples = speak("明日、海岸へ行こう。")
    loud = np.flatnonzero(np.abs(samples) > 0.02 * np.abs(samples).max())

    assert 0.5 < len(samples) / 16000.0 < 3.0
    assert loud[0] < 0.15 * 16000
    assert len(samples) - loud[-1] < 0.15 * 16000


@pytest.mark.slow
def test_a_sentence_sounds_the_same_every_time():
    assert np.array_equal(speak("赤い傘を見つけた。"), speak("赤い傘を見つけた。"))


@pytest.mark.slow
def test_speaking_prints_nothing(capfd):
    speak("図書室で待ってた。")

    assert capfd.readouterr() == ("", "")
