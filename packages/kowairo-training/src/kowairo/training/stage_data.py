"""The data of a stage: training items, and what it is validated on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kowairo.core import Corpus, InputError, file_digest, read_trials
from kowairo.data import AudioStore

from .audio_source import AudioSource, DecodedAudio, StoredAudio
from .stage_config import StageConfig
from .training_items import TrainingItems, apply_merge_map, training_items
from .validation import LabelledAudio, Validation

if TYPE_CHECKING:
    from kowairo.data.augment import Augmentation


@dataclass(frozen=True, eq=False)
class StageData:
    """All that a stage reads.

    Attributes:
        items: training utterances and classes.
        source: their audio.
        validation: closed split and validation trials.
        augmentation: applied to training crops; None for none.
        digest: SHA-256 over items, trials and material tables.
    """

    items: TrainingItems
    source: AudioSource
    validation: Validation
    augmentation: Augmentation | None
    digest: str


def stage_data(
    config: StageConfig,
    folder: Path,
    *,
    store: AudioStore | None = None,
    material: Path | None = None,
    merge_map: Mapping[str, str] | None = None,
    workers: int = 2,
) -> StageData:
    """Read the data of a stage.

    Args:
        config: settings of the stage.
        folder: folder with the Kaldi folders `train`, `closed` and `valid`; the last two may be missing,
            `valid` holds a trial list `trials`.
        store: packed audio; a set that is not in it is decoded from its files.
        material: folder of noise.scp, music.scp and rir.scp, needed where crops are augmented.
        merge_map: canonical speaker of each alias.
        workers: lines embedded at a time in validation.

    Raises:
        InputError: if the folder holds no training set or one of a single speaker, or material is missing
            where it is needed.
    """
    train = Corpus.read(folder / "train")
    source = audio_source(train, store)
    utt2spk = apply_merge_map(train.utt2spk, merge_map or {})
    items = training_items(utt2spk, source=source, max_speakers=config.max_speakers, speeds=config.speeds)
    if len(items.classes) < 2:
        raise InputError(f"stage {config.name}: {folder / 'train'} has one speaker; telling apart takes two")
    return StageData(
        items=items,
        source=source,
        validation=_validation(config, folder, items, store, merge_map or {}, workers),
        augmentation=_augmentation(config, material),
        digest=_digest(items, folder, material if config.augment_probability > 0 else None),
    )


def audio_source(corpus: Corpus, store: AudioStore | None) -> AudioSource:
    """The store where it holds the corpus, the files themselves elsewhere.

    Args:
        corpus: utterances.
        store: packed audio, if there is one.
    """
    if store is not None and any(utt in store for utt in corpus.utts):
        return StoredAudio(store)
    return DecodedAudio(corpus)


def labelled_audio(
    folder: Path, *, store: AudioStore | None = None, merge_map: Mapping[str, str] | None = None
) -> LabelledAudio:
    """Utterances of a Kaldi folder with merged speakers and audio."""
    corpus = Corpus.read(folder)
    utt2spk = apply_merge_map(corpus.utt2spk, merge_map or {})
    return LabelledAudio(audio_source(corpus, store), corpus.utts, [utt2spk[utt] for utt in corpus.utts])


def _validation(
    config: StageConfig,
    folder: Path,
    items: TrainingItems,
    store: AudioStore | None,
    merge_map: Mapping[str, str],
    workers: int,
) -> Validation:
    closed = None
    if (folder / "closed" / "utt2spk").is_file():
        everything = labelled_audio(folder / "closed", store=store, merge_map=merge_map)
        known = set(items.classes)
        kept = [(u, s) for u, s in zip(everything.utts, everything.speakers, strict=True) if s in known]
        if kept:
            closed = LabelledAudio(everything.source, [u for u, _ in kept], [s for _, s in kept])
    trial_list = folder / "valid" / "trials"
    has_trials = trial_list.is_file()
    return Validation(
        closed=closed,
        trials=read_trials(trial_list) if has_trials else None,
        trial_source=audio_source(Corpus.read(folder / "valid"), store) if has_trials else None,
        max_duration_s=config.valid_max_duration_s,
        workers=workers,
    )


def _augmentation(config: StageConfig, material: Path | None) -> Augmentation | None:
    if config.augment_probability == 0.0:
        return None
    if material is None:
        raise InputError(
            f"stage {config.name}: augment_probability is set, but no folder of material is given"
        )
    # Here, and not above: it imports scipy.signal, which takes a second that merging does not need.
    from kowairo.data.augment import default_augmentation

    return default_augmentation(material, probability=config.augment_probability)


def _digest(items: TrainingItems, folder: Path, material: Path | None) -> str:
    digest = hashlib.sha256(json.dumps([items.utts, items.labels.tolist(), items.classes]).encode())
    files = [folder / "closed" / "utt2spk", folder / "valid" / "trials"]
    if material is not None:
        files += sorted(material.glob("*.scp"))
    for path in files:
        if path.is_file():
            digest.update(f"{path.name} {file_digest(path)}".encode())
    return digest.hexdigest()
