import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch

from kowairo.core import InputError
from kowairo.inference.quality import Quality, QualityBar, QualityError, measure_quality, speech_seconds
from kowairo.testing.tones import tone_voice

GOOD = Quality(
    duration_s=3.0,
    sound_s=2.5,
    voiced_s=2.0,
    breathy_s=0.5,
    voiced_share=0.9,
    snr_db=30.0,
    clipped_share=0.0,
    speech_s=2.4,
)


class _Vad:
    """Says speech for the frames that it is told."""

    frame_s = 0.032
    sample_rate_hz = 16000

    def __init__(self, probabilities):
        self.probabilities = probabilities

    def __call__(self, samples):
        return torch.tensor(self.probabilities)


def test_a_good_recording_passes_without_notes():
    QualityBar().check(GOOD, source="a.wav")
    assert GOOD.notes == ()


@pytest.mark.parametrize(
    ("change", "reason", "message"),
    [
        ({"duration_s": 0.4}, "too_short", r"a\.wav: too_short: 0\.40 s, at least 0\.5 s are needed"),
        ({"sound_s": 0.1}, "silent", r"0\.10 s of 3\.00 s stand out"),
        ({"clipped_share": 0.6}, "clipped", "60 % of the samples are cut off"),
    ],
)
def test_each_reason_to_refuse_is_named(change, reason, message):
    with pytest.raises(QualityError, match=message) as caught:
        QualityBar().check(replace(GOOD, **change), source="a.wav")
    assert caught.value.reason == reason


def test_a_wordless_line_passes_with_a_note():
    laugh = replace(GOOD, speech_s=0.0)
    QualityBar().check(laugh, source="laugh.wav")
    assert laugh.notes == ("no_words",)


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"sound_s": 0.8}, "little_sound"),
        ({"snr_db": 5.0}, "noisy"),
        ({"clipped_share": 0.01}, "clipped"),
        ({"ood_distance": 2.0, "ood_limit": 1.5}, "unlike_training"),
    ],
)
def test_what_weakens_a_result_is_noted(change, note):
    assert replace(GOOD, **change).notes == (note,)


def test_without_vad_nothing_is_said_about_words():
    quality = measure_quality(tone_voice(1, 1.0, np.random.default_rng(0)))
    assert quality.speech_s is None
    assert "no_words" not in quality.notes


def test_speech_is_counted_in_frames_of_one_half_or_more():
    samples = np.zeros(1536, dtype=np.float32)
    assert speech_seconds(samples, _Vad([0.5, 0.49, 0.9])) == pytest.approx(0.064)
    assert measure_quality(samples, vad=_Vad([1.0, 1.0, 1.0])).speech_s == pytest.approx(0.096)
    assert speech_seconds(samples[:0], _Vad([])) == 0.0


def test_speech_is_never_longer_than_the_recording():
    assert speech_seconds(np.zeros(100, dtype=np.float32), _Vad([1.0])) == 100 / 16000


def test_measures_become_plain_values_with_notes():
    plain = replace(GOOD, snr_db=3.14159265).as_json()
    assert (plain["snr_db"], plain["notes"], plain["ood_distance"]) == (3.1416, ["noisy"], None)


def test_the_error_survives_a_process_boundary():
    error = QualityError("silent", "nothing", source="a.wav", quality=GOOD)
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.reason, again.quality) == ("a.wav: silent: nothing", "silent", GOOD)


@pytest.mark.parametrize("limits", [{"min_duration_s": -1.0}, {"max_clipped_share": 0.0}])
def test_a_bar_that_is_none_is_refused(limits):
    with pytest.raises(InputError, match="expected durations"):
        QualityBar(**limits)
