"""Which utterances a stage trains on, and which class each belongs to."""

import logging
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError

from .audio_source import AudioSource

_log = logging.getLogger(__name__)

UNLABELLED = "-"
"""Speaker id of utterances whose speaker nobody knows."""


@dataclass(frozen=True, eq=False)
class TrainingItems:
    """Items and classes of a stage.

    Attributes:
        utts: utterance ids; "utt|0.9" is the copy at 0.9 times the speed.
        labels: (items,) index into `classes`; -1 where the speaker is unknown.
        classes: speaker ids after merging, sorted; a speed copy's class is "speaker|0.9".
    """

    utts: Sequence[str]
    labels: NDArray[np.int64]
    classes: list[str]


def largest_speakers(utt2spk: Mapping[str, str], max_speakers: int | None) -> set[str]:
    """The speakers with the most utterances; ties go to the smaller id.

    Args:
        utt2spk: speaker of each utterance; "-" is none.
        max_speakers: how many to keep; None keeps all.
    """
    counts: dict[str, int] = {}
    for speaker in utt2spk.values():
        if speaker == UNLABELLED:
            continue
        counts[speaker] = counts.get(speaker, 0) + 1
    ranked = sorted(counts, key=lambda speaker: (-counts[speaker], speaker))
    return set(ranked[:max_speakers])


def training_items(
    utt2spk: Mapping[str, str],
    *,
    source: AudioSource,
    max_speakers: int | None = None,
    speeds: Sequence[float] = (1.0,),
    teacher: Container[str] | None = None,
) -> TrainingItems:
    """List the items of a stage.

    Args:
        utt2spk: speaker of each utterance, after merging; "-" where nobody knows.
        source: audio; utterances that it could not read are left out (and counted in the log).
        max_speakers: keep the largest N speakers only; None keeps all.
        speeds: speeds to train on; each speed other than 1 makes a new class of every speaker, because it
            moves the pitch and the formants as another vocal tract would.
        teacher: items that the teacher has embedded; the others are left out (and counted in the log).

    Returns:
        Items sorted by utterance id, classes sorted by speaker id.

    Raises:
        InputError: if no utterance of a speed is in the source, or none is the teacher's.
    """
    kept = largest_speakers(utt2spk, max_speakers) | {UNLABELLED}
    pairs: list[tuple[str, str]] = []
    for speed in speeds:
        suffix = "" if speed == 1.0 else f"|{speed:g}"
        found = [
            (utt + suffix, speaker + suffix)
            for utt, speaker in utt2spk.items()
            if speaker in kept and utt + suffix in source
        ]
        if not found:
            raise InputError(
                f"no training utterance at speed {speed:g} in the audio; build the store with this speed"
            )
        pairs.extend(found)
    pairs.sort()
    missing = len(speeds) * sum(speaker in kept for speaker in utt2spk.values()) - len(pairs)
    if missing:
        _log.warning(
            "%d of %d training items have no readable audio and are left out", missing, missing + len(pairs)
        )
    if teacher is not None:
        pairs = _with_teacher(pairs, teacher)
    classes = sorted({speaker for _, speaker in pairs if not _is_unlabelled(speaker)})
    number = {speaker: index for index, speaker in enumerate(classes)}
    labels = np.array([number.get(speaker, -1) for _, speaker in pairs], dtype=np.int64)
    return TrainingItems([utt for utt, _ in pairs], labels, classes)


def _with_teacher(pairs: list[tuple[str, str]], teacher: Container[str]) -> list[tuple[str, str]]:
    found = [pair for pair in pairs if pair[0] in teacher]
    if not found:
        raise InputError(
            f"the teacher has none of the {len(pairs)} training items, the first being {pairs[0][0]!r}; "
            "its embedding set has to be made from this audio"
        )
    if len(found) < len(pairs):
        _log.warning(
            "%d of %d training items have no embedding of the teacher and are left out",
            len(pairs) - len(found),
            len(pairs),
        )
    return found


def _is_unlabelled(speaker: str) -> bool:
    return speaker.partition("|")[0] == UNLABELLED


def apply_merge_map(utt2spk: Mapping[str, str], merge_map: Mapping[str, str]) -> dict[str, str]:
    """Rename aliases to their canonical speaker.

    Args:
        utt2spk: speaker of each utterance.
        merge_map: canonical speaker of each alias.

    Raises:
        InputError: if a canonical speaker is an alias itself: a chain has no single reading.
    """
    chained = sorted(set(merge_map.values()) & set(merge_map))
    if chained:
        raise InputError(
            f"merge map: {chained[0]!r} is both an alias and the target of one; map both to one speaker"
        )
    return {utt: merge_map.get(speaker, speaker) for utt, speaker in utt2spk.items()}
