"""Which utterances a stage trains on, and which class each belongs to."""

import logging
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError, StringArray

from .audio_source import AudioSource
from .speaker_labels import UNLABELLED as UNLABELLED
from .speaker_labels import SpeakerLabels, check_merge_map

_log = logging.getLogger(__name__)


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


def training_items(
    utt2spk: Mapping[str, str] | SpeakerLabels,
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
    labels = SpeakerLabels.of(utt2spk)
    labels = labels.of_speakers(labels.largest(max_speakers) | {UNLABELLED})
    found = _of_all_speeds(labels, source, speeds)
    missing = len(speeds) * len(labels.utts) - len(found.utts)
    if missing:
        _log.warning(
            "%d of %d training items have no readable audio and are left out",
            missing,
            missing + len(found.utts),
        )
    return _numbered(found if teacher is None else _with_teacher(found, teacher))


def _of_all_speeds(labels: SpeakerLabels, source: AudioSource, speeds: Sequence[float]) -> SpeakerLabels:
    """Utterances with audio at each speed, sorted; speaker `s` at 0.9 is the speaker `s|0.9`."""
    parts = [_of_speed(labels, source, speed) for speed in speeds]
    codes = [part.codes + number * len(labels.names) for number, part in enumerate(parts)]
    found = SpeakerLabels(
        parts[0].utts if len(parts) == 1 else StringArray.joined([part.utts for part in parts]),
        np.concatenate(codes).astype(np.int32),
        [name for part in parts for name in part.names],
    )
    return found if found.utts.is_sorted() else found.take(found.utts.order())


def _of_speed(labels: SpeakerLabels, source: AudioSource, speed: float) -> SpeakerLabels:
    suffix = "" if speed == 1.0 else f"|{speed:g}"
    wanted = StringArray.from_texts(utt + suffix for utt in labels.utts) if suffix else labels.utts
    rows, utts = source.held(wanted)
    if not len(rows):
        raise InputError(
            f"no training utterance at speed {speed:g} in the audio; build the store with this speed"
        )
    return SpeakerLabels(utts, labels.codes[rows], [name + suffix for name in labels.names])


def _with_teacher(items: SpeakerLabels, teacher: Container[str]) -> SpeakerLabels:
    embedded = np.fromiter((utt in teacher for utt in items.utts), np.bool_, count=len(items.utts))
    if not embedded.any():
        raise InputError(
            f"the teacher has none of the {len(embedded)} training items, the first being "
            f"{items.utts[0]!r}; its embedding set has to be made from this audio"
        )
    if embedded.all():
        return items
    _log.warning(
        "%d of %d training items have no embedding of the teacher and are left out",
        len(embedded) - int(embedded.sum()),
        len(embedded),
    )
    return items.take(np.flatnonzero(embedded))


def _numbered(items: SpeakerLabels) -> TrainingItems:
    """Number the classes that are left in the order of their names; who is unknown is no class."""
    present = np.unique(items.codes).tolist()
    classes = sorted(items.names[code] for code in present if not _is_unlabelled(items.names[code]))
    number = {name: label for label, name in enumerate(classes)}
    label_of = np.array([number.get(name, -1) for name in items.names], dtype=np.int64)
    return TrainingItems(items.utts, label_of[items.codes], classes)


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
    check_merge_map(merge_map)
    return {utt: merge_map.get(speaker, speaker) for utt, speaker in utt2spk.items()}
