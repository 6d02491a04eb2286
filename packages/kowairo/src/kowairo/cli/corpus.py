"""Commands `kowairo corpus ...`."""

from pathlib import Path
from typing import Literal

from kowairo.core import Corpus, InputError
from kowairo.data import (
    AudioStore,
    CharacterFolder,
    CorpusImporter,
    KaldiFolder,
    LabelList,
    TableFile,
    import_corpus,
    split_corpus,
)

Layout = Literal["kaldi", "folder", "table", "list"]


def synthesize(*, out: Path, characters: int = 64, lines: int = 30, seed: int = 0, workers: int = 2) -> None:
    """Make the synthetic visual novel: acted voices with known truth.

    All its voices derive from one synthetic voice; figures on it say nothing about real voices.

    Args:
        out: Folder to write.
        characters: Number of characters, at least 8.
        lines: Lines of each character.
        seed: Seed of everything.
        workers: Processes.
    """
    from kowairo.data.synth import synthesize as make_novel

    make_novel(out, characters=characters, lines=lines, seed=seed, workers=workers)


def import_tables(
    *,
    source: Path,
    out: Path,
    layout: Layout = "folder",
    importer: CorpusImporter | None = None,
    depth: int = 1,
    exclude: list[str] | None = None,
    columns: dict[str, str] | None = None,
    delimiter: str | None = None,
    min_duration_s: float = 0.5,
    max_duration_s: float = 60.0,
    min_lines: int = 2,
    threads: int = 2,
) -> None:
    """Decode every line of a corpus once, and write tables of those that can be used.

    Args:
        source: The corpus: a folder, or a file for the layouts table and list.
        out: Folder for the tables, the list of dropped lines and the drop report.
        layout: kaldi (wav.scp and utt2spk), folder (one per character), table (csv, tsv, jsonl) or
            list (path<TAB>speaker).
        importer: Another importer by class path, in place of source and layout.
        depth: For folder: 1 for characters, 2 for titles with characters in them.
        exclude: For folder: patterns of file and folder names to leave out.
        columns: For table: column by fact, as {"path": "file", "speaker": "character"}.
        delimiter: For table: one character; by default it follows from the file's ending.
        min_duration_s: Shorter lines are dropped.
        max_duration_s: Longer lines are dropped.
        min_lines: Speakers with fewer lines are dropped.
        threads: Threads that decode.
    """
    if not source.exists():
        raise InputError(f"{source}: no such file or folder")
    chosen = importer or _importer(
        layout, source, depth=depth, exclude=exclude or [], columns=columns, delimiter=delimiter
    )
    import_corpus(
        chosen,
        out,
        min_duration_s=min_duration_s,
        max_duration_s=max_duration_s,
        min_lines=min_lines,
        threads=threads,
    )


def _importer(
    layout: Layout,
    source: Path,
    *,
    depth: int,
    exclude: list[str],
    columns: dict[str, str] | None,
    delimiter: str | None,
) -> CorpusImporter:
    match layout:
        case "kaldi":
            return KaldiFolder(source)
        case "folder":
            return CharacterFolder(source, depth=depth, exclude=exclude)
        case "table":
            return TableFile(source, columns=columns, delimiter=delimiter)
        case "list":
            return LabelList(source)


def split(
    *,
    corpus: Path,
    out: Path,
    seed: int = 0,
    valid_fraction: float = 0.12,
    test_fraction: float = 0.15,
    closed_fraction: float = 0.1,
    seen_actor_fraction: float = 0.1,
    min_lines: int = 10,
) -> None:
    """Split a corpus by voice actor where actors are known, by speaker otherwise.

    Args:
        corpus: Kaldi folder of the whole corpus.
        out: Folder that gets train, closed, valid, test and perhaps seen_actor.
        seed: Equal seeds give equal splits.
        valid_fraction: Share of the actors in validation.
        test_fraction: Share of the actors in test.
        closed_fraction: Share of a training speaker's lines kept for closed-set measures.
        seen_actor_fraction: Share of the training speakers held out though their actor is in training.
        min_lines: Speakers with fewer lines are for training only.
    """
    splits = split_corpus(
        Corpus.read(corpus),
        seed=seed,
        valid_fraction=valid_fraction,
        test_fraction=test_fraction,
        closed_fraction=closed_fraction,
        seen_actor_fraction=seen_actor_fraction,
        min_lines=min_lines,
    )
    splits.write(out)
    for name, part in splits.sets.items():
        print(f"{name}: {len(part.utts)} lines of {len(part.speakers)} speakers")


def pack(
    *,
    corpus: Path,
    out: Path,
    exclude: list[Path] | None = None,
    speeds: tuple[float, ...] = (1.0,),
    threads: int = 2,
) -> None:
    """Decode a corpus once into one file that training maps.

    Args:
        corpus: Kaldi folder.
        out: Folder of the packed audio.
        exclude: Kaldi folders whose utterances are left out.
        speeds: Speeds to store each line in.
        threads: Threads that decode.
    """
    everything = Corpus.read(corpus)
    unwanted = {utt for folder in exclude or [] for utt in Corpus.read(folder).utts}
    store = AudioStore.build(
        everything.subset(set(everything.utts) - unwanted), out, speeds=speeds, threads=threads
    )
    print(f"{len(store)} lines packed, {len(store.dropped)} dropped")


def revoice(
    *,
    corpus: Path,
    out: Path,
    copies: int = 2,
    seed: int = 0,
    max_s: float | None = None,
    max_lines: int | None = None,
    workers: int = 1,
) -> None:
    """Make new speakers of real ones: every line in other voices, pitch and formants shifted by WORLD.

    Killed, it goes on where it was. Use it on training speakers only.

    Args:
        corpus: Kaldi folder of the source speakers.
        out: Folder for audio and tables of the new speakers alone, `SPEAKER~w1` and so on.
        copies: New voices of each speaker.
        seed: Seed of voices, parts and noise.
        max_s: Of longer lines a random part of this length is used.
        max_lines: Of speakers with more lines a random choice is used.
        workers: Processes.
    """
    from kowairo.data.world_copies import make_world_copies

    report = make_world_copies(
        Corpus.read(corpus),
        out,
        copies=copies,
        seed=seed,
        max_s=max_s,
        max_lines=max_lines,
        workers=workers,
    )
    print(f"{out}: {report.summary()}")


def stats(*, corpus: Path) -> None:
    """Count lines, speakers, actors, titles and hours.

    Args:
        corpus: Kaldi folder.
    """
    tables = Corpus.read(corpus)
    counts = sorted(len(utts) for utts in tables.spk2utt.values())
    print(f"lines      {len(tables.utts)}")
    print(f"speakers   {len(counts)} ({counts[0]} to {counts[-1]} lines, median {counts[len(counts) // 2]})")
    for name, table in (("actors", "spk2va"), ("titles", "spk2title")):
        if table in tables.spk_tables:
            print(f"{name:<10} {len(set(tables.spk_tables[table].values()))}")
    if "utt2dur" in tables.utt_tables:
        print(f"hours      {sum(map(float, tables.utt_tables['utt2dur'].values())) / 3600:.2f}")
