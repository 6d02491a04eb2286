"""Verdicts, notes and refusals in the languages of the users."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

from kowairo.core import InputError
from kowairo.data import AudioError

from .quality import QualityError
from .speaker_embedder import Embedding
from .verification import Verdict

Language = Literal["en", "ja", "zh", "ru"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_EN = {
    "same": "same speaker",
    "different": "different speakers",
    "undecided": "no verdict: this encoder has no threshold (see kowairo models calibrate, or --threshold)",
    "enrolled": "enrolled",
    "tested": "tested",
    "duration": "{:.1f} s",
    "speech": "{:.1f} s of words",
    "snr": "SNR {:.0f} dB",
    "cosine": "cosine {:.4f}",
    "llr": "log-likelihood ratio {:+.2f}",
    "probability": "probability {:.3f} (prior {:g})",
    "threshold": "threshold {:.4f}",
    "rates": "accepts {:.1f} % of different voices, rejects {:.1f} % of one voice",
    "no_words": "no words in it (a laugh, a breath?)",
    "little_sound": "less than a second of sound",
    "noisy": "noisy",
    "clipped": "clipped",
    "unlike_training": "unlike the encoder's training",
    "refused_silent": "silent",
    "refused_too_short": "too short",
    "refused_clipped": "clipped to pieces",
    "refused_missing": "no such file",
    "refused_undecodable": "not a readable audio file",
    "refused_empty": "empty",
    "refused_not_finite": "has values that are no numbers",
    "refused_too_long": "too long",
}
_JA = {
    "same": "同一話者です",
    "different": "別の話者です",
    "undecided": "判定なし：しきい値がありません（kowairo models calibrate または --threshold）",
    "enrolled": "登録",
    "tested": "照合",
    "duration": "{:.1f} 秒",
    "speech": "言葉 {:.1f} 秒",
    "snr": "SNR {:.0f} dB",
    "cosine": "コサイン類似度 {:.4f}",
    "llr": "対数尤度比 {:+.2f}",
    "probability": "同一話者の確率 {:.3f}（事前確率 {:g}）",
    "threshold": "しきい値 {:.4f}",
    "rates": "別人を受け入れる割合 {:.1f} %、本人を拒む割合 {:.1f} %",
    "no_words": "言葉がありません（笑い声や息？）",
    "little_sound": "音が1秒未満です",
    "noisy": "雑音が多い",
    "clipped": "音割れがあります",
    "unlike_training": "学習データと大きく異なります",
    "refused_silent": "無音です",
    "refused_too_short": "短すぎます",
    "refused_clipped": "音割れがひどすぎます",
    "refused_missing": "ファイルがありません",
    "refused_undecodable": "音声ファイルとして読めません",
    "refused_empty": "空です",
    "refused_not_finite": "数値でない値を含みます",
    "refused_too_long": "長すぎます",
}
_ZH = {
    "same": "为同一说话人",
    "different": "不是同一说话人",
    "undecided": "无法判定：该编码器没有阈值（见 kowairo models calibrate，或用 --threshold）",
    "enrolled": "注册音频",
    "tested": "待测音频",
    "duration": "{:.1f} 秒",
    "speech": "语音 {:.1f} 秒",
    "snr": "信噪比 {:.0f} dB",
    "cosine": "余弦相似度 {:.4f}",
    "llr": "对数似然比 {:+.2f}",
    "probability": "同一说话人概率 {:.3f}（先验 {:g}）",
    "threshold": "阈值 {:.4f}",
    "rates": "误接受率 {:.1f} %，误拒绝率 {:.1f} %",
    "no_words": "没有词语（笑声、呼吸？）",
    "little_sound": "声音不足一秒",
    "noisy": "噪声较大",
    "clipped": "有削波",
    "unlike_training": "与训练数据差异很大",
    "refused_silent": "静音",
    "refused_too_short": "太短",
    "refused_clipped": "削波过于严重",
    "refused_missing": "文件不存在",
    "refused_undecodable": "不是可读的音频文件",
    "refused_empty": "为空",
    "refused_not_finite": "含有非数值",
    "refused_too_long": "太长",
}
_RU = {
    "same": "тот же голос",
    "different": "разные голоса",
    "undecided": "решения нет: у этого кодировщика нет порога (kowairo models calibrate или --threshold)",
    "enrolled": "образец",
    "tested": "проверка",
    "duration": "{:.1f} с",
    "speech": "речь {:.1f} с",
    "snr": "сигнал/шум {:.0f} дБ",
    "cosine": "косинус {:.4f}",
    "llr": "логарифм отношения правдоподобия {:+.2f}",
    "probability": "вероятность {:.3f} (априорная {:g})",
    "threshold": "порог {:.4f}",
    "rates": "принимает {:.1f} % чужих, отвергает {:.1f} % своих",
    "no_words": "слов нет (смех, дыхание?)",
    "little_sound": "меньше секунды звука",
    "noisy": "шумно",
    "clipped": "есть перегрузка",
    "unlike_training": "не похоже на обучающие записи",
    "refused_silent": "тишина",
    "refused_too_short": "слишком коротко",
    "refused_clipped": "сплошная перегрузка",
    "refused_missing": "нет такого файла",
    "refused_undecodable": "не читается как звук",
    "refused_empty": "пусто",
    "refused_not_finite": "содержит не числа",
    "refused_too_long": "слишком длинно",
}
TEXTS: Mapping[Language, Mapping[str, str]] = MappingProxyType({"en": _EN, "ja": _JA, "zh": _ZH, "ru": _RU})
"""Texts by language and key; every language has the same keys and places for numbers."""


def verdict_lines(verdict: Verdict, language: Language = "en") -> list[str]:
    """A verdict in words: the recordings, the numbers, the threshold, and the decision last.

    Raises:
        InputError: no such language.
    """
    texts = _texts(language)
    lines = [_recording(texts["enrolled"], one, texts) for one in verdict.enrolled]
    lines.append(_recording(texts["tested"], verdict.tested, texts))
    numbers = [texts["cosine"].format(verdict.cosine)]
    if verdict.llr is not None and verdict.probability is not None:
        numbers.append(texts["llr"].format(verdict.llr))
        numbers.append(texts["probability"].format(verdict.probability, verdict.prior))
    lines.append("  ".join(numbers))
    if verdict.threshold is not None:
        named = f" [{verdict.point}]" if verdict.point else ""
        lines.append(texts["threshold"].format(verdict.threshold) + named + _rates(verdict, texts))
    lines.append(decision(verdict, language))
    return lines


def decision(verdict: Verdict, language: Language = "en") -> str:
    """The decision alone.

    Raises:
        InputError: no such language.
    """
    return _texts(language)[{True: "same", False: "different", None: "undecided"}[verdict.same]]


def refusal(error: AudioError | QualityError, language: Language = "en") -> str:
    """Why a recording gets no number, in one line.

    Raises:
        InputError: no such language.
    """
    text = _texts(language)[f"refused_{error.reason}"]
    return f"{error.source}: {text}" + ("" if error.detail == text else f" ({error.detail})")


def _recording(role: str, embedding: Embedding, texts: Mapping[str, str]) -> str:
    quality = embedding.quality
    facts = [texts["duration"].format(quality.duration_s), texts["snr"].format(quality.snr_db)]
    if quality.speech_s is not None:
        facts.insert(1, texts["speech"].format(quality.speech_s))
    return f"{role}  {embedding.source}  " + ", ".join([*facts, *(texts[note] for note in quality.notes)])


def _rates(verdict: Verdict, texts: Mapping[str, str]) -> str:
    if verdict.far is None or verdict.frr is None:
        return ""
    return ": " + texts["rates"].format(100.0 * verdict.far.value, 100.0 * verdict.frr.value)


def _texts(language: Language) -> Mapping[str, str]:
    if language not in TEXTS:
        raise InputError(f"expected a language of {', '.join(LANGUAGES)}, got {language!r}")
    return TEXTS[language]
