"""The data of fine-tuning: imported, held out, packed; made once and taken up again."""

import hashlib
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from kowairo.core import (
    Corpus,
    InputError,
    Trials,
    atomic_folder,
    read_json,
    read_trials,
    write_json,
    write_trials,
)
from kowairo.data import (
    AudioStore,
    CharacterFolder,
    CorpusImporter,
    KaldiFolder,
    LabelList,
    import_corpus,
    make_trials,
)
from kowairo.data.importers.label_list import LabelKind

from .finetune_plan import FinetunePlan
from .held_out import HeldOut, hold_out, hold_out_lines

_log = logging.getLogger(__name__)
_FACTS = "prepared.json"


@dataclass(frozen=True)
class PreparedFacts:
    """What is written down about prepared data.

    Attributes:
        digest: SHA-256 over the listing, the files' sizes and times, and the settings.
        kind: whether speakers or lines are held out.
        remark: what a reader of the figures must know.
        lines: lines to train on.
        speakers: speakers to train on.
        hours: hours of audio to train on.
        imported: one line about what was kept and dropped.
    """

    digest: str
    kind: str
    remark: str
    lines: int
    speakers: int
    hours: float
    imported: str


@dataclass(frozen=True, eq=False)
class PreparedData:
    """Prepared data.

    Attributes:
        folder: with `train`, `valid` (to choose on), `test` (to report on), `all` and `store`.
        facts: what is known about it.
        store: the packed audio.
        report: lines to report on.
        trials: trials of these.
    """

    folder: Path
    facts: PreparedFacts
    store: AudioStore
    report: Corpus
    trials: Trials


def importer_for(data: Path, *, root: Path | None = None, labels: LabelKind = "auto") -> CorpusImporter:
    """The importer of what was given.

    Args:
        data: a file of `path<TAB>label` lines, a Kaldi folder, or a folder of speakers' folders.
        root: folder that the paths of a list start from, where it is not the list's.
        labels: what the labels of a list are.

    Raises:
        InputError: if there is no such file or folder.
    """
    if data.is_file():
        return LabelList(data, root=root, labels=labels)
    if not data.is_dir():
        raise InputError(f"{data}: no such file or folder")
    return KaldiFolder(data) if (data / "wav.scp").is_file() else CharacterFolder(data)


def prepare_data(
    importer: CorpusImporter,
    folder: Path,
    plan: FinetunePlan,
    *,
    speeds: Sequence[float] = (1.0,),
    classes: Sequence[str] | None = None,
    seed: int = 0,
    threads: int = 2,
) -> PreparedData:
    """Import, hold out, draw trials and pack, unless the same was done before.

    The folder appears as a whole. Bad files are counted by reason (`all/drop_report.json`) and left out.

    Args:
        importer: lists the lines.
        folder: where to.
        plan: what is held out, and the shortest line.
        speeds: speeds to pack.
        classes: class names of a head that goes on; the listed speakers must be these.
        seed: seed of what is held out and of the trials.
        threads: threads that decode.

    Raises:
        InputError: if the listing is wrong, has one speaker only or other speakers than the head, or no line
            can be used; nothing is written then.
    """
    settings = (plan.held_out_fraction, plan.min_duration_s, plan.max_lines, plan.max_trials, plan.head)
    digest = _listing_digest(importer, classes, repr((settings, tuple(speeds), seed)))
    if not _is_prepared(folder, digest):
        with _without_empty_parents(folder), atomic_folder(folder) as partial:
            report = import_corpus(
                importer, partial / "all", min_duration_s=plan.min_duration_s, threads=threads
            )
            corpus = Corpus.read(partial / "all")
            held = _held_out(corpus, plan, seed)
            _write_sets(corpus, held, partial, plan, seed)
            used = corpus.subset({*held.train, *held.choose, *held.report})
            AudioStore.build(used, partial / "store", speeds=speeds, threads=threads)
            write_json(partial / _FACTS, asdict(_facts(digest, corpus, held, report.summary())))
    return _open(folder)


def _listing_digest(importer: CorpusImporter, classes: Sequence[str] | None, settings: str) -> str:
    """Reads the whole listing before anything is decoded: wrong lines are found at once."""
    total = hashlib.sha256(settings.encode())
    speakers: set[str] = set()
    for entry in importer.entries():
        path = entry.ref.path
        status = path.stat() if path.is_file() else None
        mark = None if status is None else (status.st_size, status.st_mtime_ns)
        total.update(repr((entry, mark)).encode("utf-8", "backslashreplace"))
        speakers.add(entry.speaker)
    speakers.discard("")
    if len(speakers) < 2:
        raise InputError(f"{_source(importer)}: {len(speakers)} speaker; telling apart takes two")
    if classes is not None and speakers != set(classes):
        new, gone = len(speakers.difference(classes)), len(set(classes) - speakers)
        raise InputError(
            f"{_source(importer)}: {len(speakers)} speakers, and the head has {len(classes)} classes "
            f"({new} new, {gone} gone); a new head takes any speakers"
        )
    return total.hexdigest()


def _source(importer: CorpusImporter) -> str:
    return str(getattr(importer, "path", type(importer).__name__))


def _held_out(corpus: Corpus, plan: FinetunePlan, seed: int) -> HeldOut:
    if plan.head == "continue":
        return hold_out_lines(corpus, fraction=plan.held_out_fraction, seed=seed)
    return hold_out(corpus, fraction=plan.held_out_fraction, max_lines=plan.max_lines, seed=seed)


def _write_sets(corpus: Corpus, held: HeldOut, folder: Path, plan: FinetunePlan, seed: int) -> None:
    corpus.subset(held.train).write(folder / "train")
    for name, utts in (("valid", held.choose), ("test", held.report)):
        part = corpus.subset(utts)
        part.write(folder / name)
        write_trials(folder / name / "trials", make_trials(part, seed=seed, max_trials=plan.max_trials))


def _facts(digest: str, corpus: Corpus, held: HeldOut, imported: str) -> PreparedFacts:
    train = corpus.subset(held.train)
    seconds = sum(map(float, train.utt_tables["utt2dur"].values()))
    return PreparedFacts(
        digest=digest,
        kind=held.kind,
        remark=held.remark,
        lines=len(train.utts),
        speakers=len(train.speakers),
        hours=round(seconds / 3600, 3),
        imported=imported,
    )


def _is_prepared(folder: Path, digest: str) -> bool:
    return (folder / _FACTS).is_file() and read_json(folder / _FACTS)["digest"] == digest


def _open(folder: Path) -> PreparedData:
    test = folder / "test"
    return PreparedData(
        folder=folder,
        facts=PreparedFacts(**read_json(folder / _FACTS)),
        store=AudioStore.open(folder / "store"),
        report=Corpus.read(test),
        trials=read_trials(test / "trials"),
    )


@contextmanager
def _without_empty_parents(folder: Path) -> Iterator[None]:
    """Take away the folder above if the block fails and had to make it."""
    parent = folder.parent
    is_new = not parent.exists()
    try:
        yield
    finally:
        if is_new and parent.is_dir() and not any(parent.iterdir()):
            parent.rmdir()
