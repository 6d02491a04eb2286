"""What fine-tuning measures on: speakers it does not see, or lines where there are too few speakers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kowairo.core import Corpus, InputError
from kowairo.data.voices import possible_voices, split_units

_FEWEST_SPEAKERS = 15
_FEWEST_HELD_OUT = 5
_MOST_HELD_OUT = 100
_FEWEST_TO_HALVE = 8
_FEWEST_LINES = 4


@dataclass(frozen=True)
class HeldOut:
    """Utterances by what they are for.

    Attributes:
        train: to train on.
        choose: to choose the checkpoint on.
        report: to report on; the same as `choose` where there are too few for both.
        kind: speakers: of speakers that are not in `train`; lines: other lines of theirs.
        remark: what a reader of the figures must know; empty if nothing.
    """

    train: list[str]
    choose: list[str]
    report: list[str]
    kind: Literal["speakers", "lines"]
    remark: str = ""


def hold_out(corpus: Corpus, *, fraction: float, max_lines: int, seed: int) -> HeldOut:
    """Hold out speakers, half of them to choose on and half to report on.

    From 15 speakers on, 5 at least and 100 at most; speakers of one actor, or perhaps one voice, stay on one
    side (`split_units`). From 8 held-out speakers on there are two halves. With fewer than 15 speakers
    `hold_out_lines`.

    Args:
        corpus: imported lines.
        fraction: share of the speakers.
        max_lines: most lines of a held-out speaker.
        seed: equal seeds hold out equal speakers.

    Raises:
        InputError: if there is one voice only, or too little to hold out.
    """
    rng = np.random.default_rng(seed)
    if len(set(possible_voices(corpus).values())) < 2:
        raise InputError("one speaker only; telling apart takes two")
    units = _drawn_units(corpus, fraction, rng)
    if len(corpus.speakers) < _FEWEST_SPEAKERS or len(units) < 2:
        return hold_out_lines(corpus, fraction=fraction, seed=seed)
    held = {speaker for unit in units for speaker in unit}
    train = [utt for utt in corpus.utts if corpus.utt2spk[utt] not in held]
    halves = [_lines(units[first::2], corpus, max_lines, rng) for first in (1, 0)]
    if len(held) >= _FEWEST_TO_HALVE and len(units) >= 4:
        return HeldOut(train, halves[0], halves[1], "speakers")
    both = sorted(halves[0] + halves[1])
    remark = (
        f"the checkpoint was chosen on the same {len(held)} speakers that the figures are of (too few for "
        "two halves): the one after is flattered"
    )
    return HeldOut(train, both, both, "speakers", remark)


def hold_out_lines(corpus: Corpus, *, fraction: float, seed: int) -> HeldOut:
    """Hold out lines of every speaker with at least four, two or more of each.

    Args:
        corpus: imported lines.
        fraction: share of the lines.
        seed: equal seeds hold out equal lines.

    Raises:
        InputError: if fewer than two speakers have four lines.
    """
    rng = np.random.default_rng(seed)
    remark = "of lines of speakers that were trained on: unseen speakers have more errors"
    choose: list[str] = []
    report: list[str] = []
    counts = {speaker: len(utts) for speaker, utts in corpus.spk2utt.items() if len(utts) >= _FEWEST_LINES}
    if len(counts) < 2:
        raise InputError(
            f"{len(counts)} speakers have {_FEWEST_LINES} usable lines or more; it takes two to measure on"
        )
    # Two lines of each in each half make its targets; half of the lines at least are for training.
    halved = all(count >= 2 * _FEWEST_LINES for count in counts.values())
    for speaker, count in counts.items():
        number = max(2, round(fraction * count / (2 if halved else 1)))
        drawn = [corpus.spk2utt[speaker][place] for place in rng.permutation(count)[: 2 * number]]
        choose += drawn[:number]
        report += drawn[number:] if halved else []
    if not halved:
        remark += "; the checkpoint was chosen on the same lines (too few for two halves)"
    held = {*choose, *report}
    train = [utt for utt in corpus.utts if utt not in held]
    return HeldOut(train, sorted(choose), sorted(report or choose), "lines", remark)


def _drawn_units(corpus: Corpus, fraction: float, rng: np.random.Generator) -> list[list[str]]:
    """Units with lines to pair, drawn until there are enough speakers; two others at least stay."""
    fit = {speaker for speaker, utts in corpus.spk2utt.items() if len(utts) >= _FEWEST_LINES}
    units = [unit for unit in split_units(corpus) if fit.intersection(unit)]
    speakers = len(corpus.speakers)
    wanted = min(max(_FEWEST_HELD_OUT, round(fraction * speakers)), _MOST_HELD_OUT)
    drawn: list[list[str]] = []
    held = 0
    for place in rng.permutation(len(units)):
        count = held + len(units[place])
        # A unit that overshoots by half or more (a prolific actor) is passed over.
        if held < wanted and count <= 1.5 * wanted and speakers - count >= 2:
            drawn.append(units[place])
            held = count
    return drawn


def _lines(
    units: Sequence[Sequence[str]], corpus: Corpus, max_lines: int, rng: np.random.Generator
) -> list[str]:
    lines = corpus.spk2utt
    speakers = [speaker for unit in units for speaker in unit if len(lines[speaker]) >= _FEWEST_LINES]
    drawn = [
        lines[speaker][place]
        for speaker in speakers
        for place in rng.permutation(len(lines[speaker]))[:max_lines]
    ]
    return sorted(drawn)
