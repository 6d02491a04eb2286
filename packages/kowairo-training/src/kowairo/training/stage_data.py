"""The data of a stage: training items, and what it is validated on."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kowairo.core import Corpus, CorpusTables, EmbeddingSet, InputError, file_digest, read_trials
from kowairo.data import AudioStore
from kowairo.losses import domain_levels

from .audio_source import AudioSource, DecodedAudio, StoredAudio
from .domain_labels import domain_by_utterance, number_domains
from .head import loss_config, targets_of
from .item_digest import enter_items
from .shard_stage import ShardInput, ShardStage, shard_stage
from .speaker_labels import UNLABELLED, SpeakerLabels
from .stage_config import StageConfig
from .teacher_rows import TeacherRows, teacher_digest
from .training_items import TrainingItems, training_items
from .validation import LabelledAudio, Validation

if TYPE_CHECKING:
    from kowairo.data.augment import Augmentation


_MAX_CLOSED_LINES = 20_000
"""Held-out lines that a stage is validated on; of more, every n-th of the sorted ones."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class StageData:
    """All that a stage reads.

    Attributes:
        items: training utterances and classes.
        source: their audio.
        validation: closed split and validation trials.
        augmentation: applied to training crops; None for none.
        digest: SHA-256 over items, targets, trials and material tables.
        domains: (items,) index into `domain_names`, -1 where unknown; None where no loss looks at domains.
        domain_names: sorted.
        teacher: a teacher's embeddings of the items; None where no loss looks at them.
        shards: how the items are read, where they come out of shards.
    """

    items: TrainingItems
    source: AudioSource
    validation: Validation
    augmentation: Augmentation | None
    digest: str
    domains: NDArray[np.int64] | None = None
    domain_names: tuple[str, ...] = ()
    teacher: TeacherRows | None = None
    shards: ShardStage | None = None


def stage_data(
    config: StageConfig,
    folder: Path,
    *,
    store: AudioStore | None = None,
    shards: ShardInput | None = None,
    material: Path | None = None,
    merge_map: Mapping[str, str] | None = None,
    teacher: Path | None = None,
    workers: int = 2,
) -> StageData:
    """Read the data of a stage.

    Args:
        config: settings of the stage.
        folder: folder with the Kaldi folders `train`, `closed` and `valid`; the last two may be missing,
            `valid` holds a trial list `trials`. Trials of the same lines at a level of identity over domains
            stand in `<level>/valid/trials`.
        store: packed audio; a set that is not in it is decoded from its files.
        shards: training set in tar shards, in the place of `train`.
        material: folder of noise.scp, music.scp and rir.scp, needed where crops are augmented.
        merge_map: canonical speaker of each alias.
        teacher: embedding set of a teacher over the training items.
        workers: lines embedded at a time in validation.

    Raises:
        InputError: if the folder holds no training set or one of a single speaker, or material, domains or a
            teacher are missing where they are needed, or given where no loss looks at them.
    """
    needed = targets_of(config.loss)
    _check_given(config, needed, teacher)
    embedded = None if teacher is None else EmbeddingSet.load(teacher)
    from_shards = None
    if shards is None:
        items, source = _items(config, folder / "train", needed, store, merge_map or {}, embedded)
    else:
        from_shards = shard_stage(
            config,
            shards,
            unlabelled=bool(needed - {"labels"}),
            merge_map=merge_map,
            teacher=None if embedded is None else embedded.index,
        )
        items, source = from_shards.found.items, from_shards.source
    if "labels" in needed:
        _check_speakers(config, items, folder / "train" if shards is None else shards.shards.folder)
    domains, domain_names = _domains(config, folder / "train", items)
    rows = None if embedded is None else TeacherRows(embedded, items.utts, transform=config.teacher_transform)
    validation = _validation(config, folder, items, store, merge_map or {}, workers)
    digest = _digest(items, folder, material if config.augment_probability > 0 else None)
    # Entered only where they are used: a stage without them keeps the digest that it always had.
    more = [] if domains is None else [json.dumps(["domains", domains.tolist(), domain_names])]
    more += [] if teacher is None else [f"teacher {teacher_digest(teacher)}"]
    more += [] if from_shards is None else [f"shards {from_shards.digest}"]
    more += [f"{level} {file_digest(_level_trials(folder, level))}" for level in validation.level_trials]
    for text in more:
        digest.update(text.encode())
    return StageData(
        items=items,
        source=source,
        validation=validation,
        augmentation=_augmentation(config, material),
        digest=digest.hexdigest(),
        domains=domains,
        domain_names=tuple(domain_names),
        teacher=rows,
        shards=from_shards,
    )


def _check_speakers(config: StageConfig, items: TrainingItems, place: Path) -> None:
    if len(items.classes) < 2:
        count = "one speaker" if items.classes else "no utterance of a known speaker"
        raise InputError(f"stage {config.name}: {place} has {count}; telling apart takes two")


def _items(
    config: StageConfig,
    folder: Path,
    needed: frozenset[str],
    store: AudioStore | None,
    merge_map: Mapping[str, str],
    embedded: EmbeddingSet | None,
) -> tuple[TrainingItems, AudioSource]:
    train = CorpusTables(folder)
    source = audio_source(train, store)
    labels = SpeakerLabels.of_tables(train).merged(merge_map)
    items = training_items(
        labels if needed - {"labels"} else _labelled(labels),
        source=source,
        max_speakers=config.max_speakers,
        speeds=config.speeds,
        teacher=None if embedded is None else embedded.index,
    )
    return items, source


def _check_given(config: StageConfig, needed: frozenset[str], teacher: Path | None) -> None:
    for target, given, how in (
        ("teacher", teacher is not None, "an embedding set of a teacher (--teacher)"),
        ("domains", config.domain is not None, "the stage's key domain"),
    ):
        if target in needed and not given:
            raise InputError(f"stage {config.name}: a term of the loss needs {how}")
        if given and target not in needed:
            raise InputError(f"stage {config.name}: {how} is given, but no term of the loss looks at it")


def _labelled(labels: SpeakerLabels) -> SpeakerLabels:
    found = labels.of_speakers(set(labels.names) - {UNLABELLED})
    if len(found.utts) < len(labels.utts):
        _log.warning(
            "%d of %d utterances have no speaker (%s) and are left out: the loss looks at labels alone",
            len(labels.utts) - len(found.utts),
            len(labels.utts),
            UNLABELLED,
        )
    return found


def _domains(
    config: StageConfig, folder: Path, items: TrainingItems
) -> tuple[NDArray[np.int64] | None, list[str]]:
    if config.domain is None:
        return None, []
    table = domain_by_utterance(Corpus.read(folder), config.domain, folder=folder)
    numbers, names = number_domains(
        [_domain_of(utt, table, config.domain_of_copies == "own") for utt in items.utts]
    )
    if len(names) < 2:
        raise InputError(
            f"stage {config.name}: the training items are of {len(names)} {config.domain} domains; "
            "a loss over domains takes two"
        )
    unknown = int((numbers < 0).sum())
    _log.info("%d domains of %s; %d items of unknown domain", len(names), config.domain, unknown)
    return numbers, names


def _domain_of(utt: str, table: Mapping[str, str], copies_have_their_own: bool) -> str | None:
    original, mark, speed = utt.partition("|")
    domain = table.get(original)
    return domain if domain is None or not copies_have_their_own else f"{domain}{mark}{speed}"


def audio_source(corpus: Corpus | CorpusTables, store: AudioStore | None) -> AudioSource:
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
    corpus = CorpusTables(folder)
    labels = SpeakerLabels.of_tables(corpus).merged(merge_map or {})
    return LabelledAudio(audio_source(corpus, store), list(labels.utts), labels.speakers())


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
        corpus = CorpusTables(folder / "closed")
        labels = SpeakerLabels.of_tables(corpus).merged(merge_map).of_speakers(set(items.classes))
        kept = labels.take(_spread(len(labels.utts), _MAX_CLOSED_LINES))
        if len(kept.utts):
            closed = LabelledAudio(audio_source(corpus, store), list(kept.utts), kept.speakers())
    trial_list = folder / "valid" / "trials"
    has_trials = trial_list.is_file()
    return Validation(
        closed=closed,
        trials=read_trials(trial_list) if has_trials else None,
        trial_source=audio_source(CorpusTables(folder / "valid"), store) if has_trials else None,
        level_trials={
            level: read_trials(_level_trials(folder, level))
            for level in domain_levels(loss_config(config.loss))
            if has_trials and _level_trials(folder, level).is_file()
        },
        max_duration_s=config.valid_max_duration_s,
        workers=workers,
    )


def _level_trials(folder: Path, level: str) -> Path:
    return folder / level / "valid" / "trials"


def _spread(count: int, limit: int) -> NDArray[np.int64]:
    """(at most limit,) numbers below count, evenly apart."""
    number = min(count, limit)
    return np.arange(number, dtype=np.int64) * count // max(1, number)


def _augmentation(config: StageConfig, material: Path | None) -> Augmentation | None:
    if config.augment_probability == 0.0:
        return None
    if material is None:
        raise InputError(
            f"stage {config.name}: augment_probability is set, but no folder of material is given"
        )
    # Here, and not above: it imports scipy.signal, which takes a second that merging does not need.
    from kowairo.data.augment import Sometimes, default_augmentation, six_way_augmentation

    if config.augmentation == "six_way":
        return Sometimes(six_way_augmentation(material), probability=config.augment_probability)
    return default_augmentation(material, probability=config.augment_probability)


def _digest(items: TrainingItems, folder: Path, material: Path | None) -> hashlib._Hash:
    digest = hashlib.sha256()
    enter_items(digest, items)
    files = [folder / "closed" / "utt2spk", folder / "valid" / "trials"]
    if material is not None:
        files += sorted(material.glob("*.scp"))
    for path in files:
        if path.is_file():
            digest.update(f"{path.name} {file_digest(path)}".encode())
    return digest
