"""The recording plan: who says what, how, and which recordings are spoiled on purpose."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from kowairo.data.synth.acting import EMOTION_SHARES, EMOTIONS, NONVERBAL_EMOTION, Emotion, Kind
from kowairo.data.synth.cast import Cast, Character
from kowairo.data.synth.lines import NONVERBAL, draw_sentences, pick

Flaw = Literal["none", "mislabelled", "empty_file", "text_file", "truncated", "silent", "not_finite"]

FLAWS: tuple[Flaw, ...] = get_args(Flaw)[1:]
MISLABELLED = 6
NONVERBAL_SHARE = 0.03
LINES_PER_SENTENCE = 12
"""Speaking and analysing a sentence costs five times as much as performing it once more."""


@dataclass(frozen=True)
class Line:
    """One recording."""

    utt: str
    """Identifier of the utterance; starts with the speaker's."""
    speaker: str
    """Speaker that the corpus claims."""
    voice: str
    """Speaker whose voice it is; differs where the line is mislabelled."""
    text: str
    """What the source voice speaks."""
    kind: Kind
    """Speech or the kind of non-verbal line."""
    emotion: Emotion
    """Emotion."""
    stream: int
    """Number of the line's own random stream."""
    flaw: Flaw
    """What is wrong with the recording."""


def make_plan(cast: Cast, *, lines: int, seed: int) -> tuple[Line, ...]:
    """Plan all recordings.

    Sentences, emotions and non-verbal lines are drawn without a look at the character. A sentence occurs
    about twelve times in the corpus and at most once per character where there are enough of them.

    Args:
        cast: the cast.
        lines: recordings per speaker.
        seed: seed.

    Returns:
        The lines, ordered by speaker.
    """
    rng = np.random.default_rng([seed, 2])
    total = lines * len(cast.characters)
    sentences = draw_sentences(max(lines, 24, total // LINES_PER_SENTENCE), rng=rng)
    plan: list[Line] = []
    for character in cast.characters:
        texts = [sentences[index] for index in rng.permutation(len(sentences))[:lines]]
        for number, text in enumerate(texts):
            plan.append(_plan_line(character, number, text, len(plan), rng=rng))
    return _plant_flaws(plan, cast, rng=rng)


def _plan_line(
    character: Character, number: int, text: str, stream: int, *, rng: np.random.Generator
) -> Line:
    """Decide what a line is; the sentence is replaced where the line is not speech."""
    kind: Kind = "speech"
    emotion = EMOTIONS[rng.choice(len(EMOTIONS), p=EMOTION_SHARES)]
    if rng.random() < NONVERBAL_SHARE:
        kind = tuple(NONVERBAL)[rng.integers(len(NONVERBAL))]
        emotion = NONVERBAL_EMOTION[kind]
        text = pick(NONVERBAL[kind], rng=rng)
    utt = f"{character.speaker}-{number:03d}"
    return Line(utt, character.speaker, character.speaker, text, kind, emotion, stream, "none")


def _plant_flaws(plan: Iterable[Line], cast: Cast, *, rng: np.random.Generator) -> tuple[Line, ...]:
    """Spoil some spoken lines of the characters that stay on the training side."""
    training = [person for person in cast.characters if person.must_train]
    allowed = {person.speaker for person in training}
    lines = {line.utt: line for line in plan}
    candidates = [line for line in lines.values() if line.speaker in allowed and line.kind == "speech"]
    broken = FLAWS[1:]
    chosen = rng.permutation(len(candidates))[: min(MISLABELLED + len(broken), len(candidates) // 4)]
    for place, index in enumerate(chosen):
        line = candidates[index]
        if place < len(broken):
            lines[line.utt] = replace(line, flaw=broken[place])
        else:
            lines[line.utt] = replace(line, flaw="mislabelled", voice=_impostor(line, training, rng=rng))
    return tuple(lines.values())


def _impostor(line: Line, training: list[Character], *, rng: np.random.Generator) -> str:
    """Another training character with another voice."""
    voices = {person.speaker: person.voice_id for person in training}
    others = [speaker for speaker, voice in voices.items() if voice != voices[line.speaker]]
    return others[rng.integers(len(others))]
