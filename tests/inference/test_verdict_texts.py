import re
from dataclasses import replace

import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.data import REASONS, AudioError
from kowairo.inference import Embedding, Quality, QualityError
from kowairo.inference.score_meaning import Rate
from kowairo.inference.verdict_texts import LANGUAGES, TEXTS, decision, refusal, verdict_lines
from kowairo.inference.verification import Verdict

QUALITY = Quality(
    duration_s=3.24,
    sound_s=3.0,
    voiced_s=2.0,
    breathy_s=1.0,
    voiced_share=0.9,
    snr_db=31.4,
    clipped_share=0.0,
    speech_s=2.9,
)


def embedded(source):
    return Embedding(np.ones(2, dtype=np.float32), 1.0, QUALITY, source)


VERDICT = Verdict(
    enrolled=(embedded("a.wav"), embedded("声.wav")),
    tested=embedded("b.wav"),
    cosine=0.61234,
    llr=3.1,
    prior=0.5,
    probability=0.957,
    threshold=0.4021,
    point="eer",
    far=Rate(0.056, 0.02, 0.1),
    frr=Rate(0.055, 0.02, 0.1),
    warning="",
)


def test_a_verdict_says_files_score_threshold_and_decision():
    assert verdict_lines(VERDICT) == [
        "enrolled  a.wav  3.2 s, 2.9 s of words, SNR 31 dB",
        "enrolled  声.wav  3.2 s, 2.9 s of words, SNR 31 dB",
        "tested  b.wav  3.2 s, 2.9 s of words, SNR 31 dB",
        "cosine 0.6123  log-likelihood ratio +3.10  probability 0.957 (prior 0.5)",
        "threshold 0.4021 [eer]: accepts 5.6 % of different voices, rejects 5.5 % of one voice",
        "same speaker",
    ]


@pytest.mark.parametrize(
    ("language", "same", "different"),
    [
        ("en", "same speaker", "different speakers"),
        ("ja", "同一話者です", "別の話者です"),
        ("zh", "为同一说话人", "不是同一说话人"),
        ("ru", "тот же голос", "разные голоса"),
    ],
)
def test_the_decision_is_said_in_every_language(language, same, different):
    assert verdict_lines(VERDICT, language)[-1] == same
    assert decision(replace(VERDICT, cosine=0.1), language) == different
    assert "0.6123" in "".join(verdict_lines(VERDICT, language))


def test_without_calibration_and_threshold_only_the_cosine_is_said():
    bare = replace(VERDICT, llr=None, probability=None, threshold=None, point="", far=None, frr=None)
    *_, numbers, last = verdict_lines(bare)
    assert numbers == "cosine 0.6123"
    assert last.startswith("no verdict")


def test_a_threshold_given_by_value_has_no_rates():
    given = replace(VERDICT, point="", far=None, frr=None)
    assert verdict_lines(given)[-2] == "threshold 0.4021"


def test_notes_stand_behind_the_recording():
    laugh = replace(embedded("a.wav"), quality=replace(QUALITY, speech_s=0.0, snr_db=5.0))
    line = verdict_lines(replace(VERDICT, tested=laugh))[2]
    assert line.endswith("SNR 5 dB, no words in it (a laugh, a breath?), noisy")


def test_words_that_were_not_looked_for_are_not_mentioned():
    unheard = replace(embedded("a.wav"), quality=replace(QUALITY, speech_s=None))
    assert verdict_lines(replace(VERDICT, tested=unheard))[2] == "tested  a.wav  3.2 s, SNR 31 dB"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_the_same_numbers(language):
    assert TEXTS[language].keys() == TEXTS["en"].keys()
    for key, text in TEXTS["en"].items():
        assert re.findall(r"\{.*?\}", TEXTS[language][key]) == re.findall(r"\{.*?\}", text), key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_to_refuse_is_said_in_every_language(language, reason):
    text = refusal(AudioError(reason, "detail", "a.wav"), language)
    assert re.fullmatch(r"a\.wav: .+ \(detail\)", text)


def test_a_refusal_by_quality_is_said_alike():
    error = QualityError("too_short", "0.20 s", source="a.wav", quality=QUALITY)
    assert refusal(error, "ja") == "a.wav: 短すぎます (0.20 s)"


def test_nothing_is_said_twice():
    assert refusal(AudioError("missing", "no such file", "a.wav")) == "a.wav: no such file"


def test_another_language_is_refused():
    with pytest.raises(InputError, match="expected a language of en, ja, zh, ru, got 'xx'"):
        decision(VERDICT, "xx")
