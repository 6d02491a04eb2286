"""A corpus: the Kaldi tables of one folder, checked against each other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from kowairo.core.errors import InputError
from kowairo.core.tables import AudioRef, read_table, read_wav_scp, spk2utt, write_table, write_wav_scp

_V = TypeVar("_V")
_OWN_FILES = ("utt2spk", "spk2utt", "spk2enroll")
"""Tables that are no label of an utterance or a speaker."""


@dataclass(frozen=True)
class Corpus:
    """Utterances with audio, speaker and whatever else is known about them.

    Raises:
        InputError: A table names an utterance or a speaker that the corpus does not have, or audio or
            speaker of an utterance is missing.
    """

    audio: dict[str, AudioRef]
    """Audio reference by utterance (`wav.scp`)."""
    utt2spk: dict[str, str]
    """Speaker by utterance; the speaker of acted speech is a character."""
    utt_tables: dict[str, dict[str, str]] = field(default_factory=dict)
    """Tables by utterance under their file name: `text`, `utt2dur`, `utt2title`, `utt2emotion` ...; each
    may leave utterances out."""
    spk_tables: dict[str, dict[str, str]] = field(default_factory=dict)
    """Tables by speaker under their file name: `spk2va` (character to voice actor), `spk2gender`,
    `spk2name`, `spk2title` ...; each may leave speakers out."""

    def __post_init__(self) -> None:
        _check_known("utt2spk", self.utt2spk, self.audio, "wav.scp")
        _check_known("wav.scp", self.audio, self.utt2spk, "utt2spk")
        for name, table in self.utt_tables.items():
            _check_known(name, table, self.audio, "wav.scp")
        speakers = set(self.utt2spk.values())
        for name, table in self.spk_tables.items():
            _check_known(name, table, speakers, "utt2spk")

    @classmethod
    def read(cls, folder: Path | str) -> "Corpus":
        """Read `wav.scp`, `utt2spk`, `text` and every `utt2*` and `spk2*` of a folder.

        `spk2utt` is not read: it follows from `utt2spk`.

        Args:
            folder: A Kaldi folder.

        Returns:
            The corpus, its tables sorted.

        Raises:
            InputError: The folder or one of the two tables is missing, the tables disagree, or the
                folder has a Kaldi `segments` table (cut the recordings first).
            TableError: A line is wrong.
        """
        folder = checked_folder(folder)
        optional = [p for p in sorted(folder.iterdir()) if p.is_file() and p.name not in _OWN_FILES]
        by_utt = {p.name: read_table(p) for p in optional if p.name == "text" or p.name.startswith("utt2")}
        by_spk = {p.name: read_table(p) for p in optional if p.name.startswith("spk2")}
        try:
            return cls(read_wav_scp(folder / "wav.scp"), read_table(folder / "utt2spk"), by_utt, by_spk)
        except InputError as error:
            raise InputError(f"{folder}: {error}") from error

    def write(self, folder: Path | str) -> None:
        """Write all tables and `spk2utt` to a folder, each atomically; other files there stay.

        Args:
            folder: Where to write; made when missing.

        Raises:
            InputError: A key or value cannot be written as a table line.
        """
        folder = Path(folder)
        for name, table in {**self.utt_tables, **self.spk_tables}.items():
            write_table(folder / name, table)
        write_table(folder / "spk2utt", {spk: " ".join(utts) for spk, utts in self.spk2utt.items()})
        write_table(folder / "utt2spk", self.utt2spk)
        write_wav_scp(folder / "wav.scp", self.audio)

    def subset(self, utts: Iterable[str]) -> "Corpus":
        """Keep some utterances, and of the speaker tables the speakers that remain.

        Args:
            utts: Utterance ids; order and repetition do not matter.

        Returns:
            The smaller corpus.

        Raises:
            InputError: An utterance is not in the corpus.
        """
        kept = set(utts)
        _check_known("the subset", kept, self.audio, "wav.scp")
        speakers = {self.utt2spk[utt] for utt in kept}
        return Corpus(
            audio=_restrict(self.audio, kept),
            utt2spk=_restrict(self.utt2spk, kept),
            utt_tables={name: _restrict(table, kept) for name, table in self.utt_tables.items()},
            spk_tables={name: _restrict(table, speakers) for name, table in self.spk_tables.items()},
        )

    @property
    def utts(self) -> list[str]:
        """Utterance ids, sorted."""
        return sorted(self.audio)

    @property
    def speakers(self) -> list[str]:
        """Speaker ids, sorted."""
        return sorted(set(self.utt2spk.values()))

    @property
    def spk2utt(self) -> dict[str, list[str]]:
        """Sorted utterances by speaker, sorted."""
        return spk2utt(self.utt2spk)


def checked_folder(folder: Path | str) -> Path:
    """Give a folder back if it can be read as a Kaldi folder.

    Args:
        folder: The folder.

    Raises:
        InputError: It or one of wav.scp and utt2spk is missing, or it has a `segments` table.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    for name in ("wav.scp", "utt2spk"):
        if not (folder / name).is_file():
            raise InputError(f"{folder} has no {name}; a Kaldi folder has wav.scp and utt2spk")
    if (folder / "segments").exists():
        raise InputError(f"{folder}/segments: cut the recordings into utterances first")
    return folder


def _restrict(table: Mapping[str, _V], keys: set[str]) -> dict[str, _V]:
    return {key: value for key, value in table.items() if key in keys}


def _check_known(name: str, keys: Iterable[str], known: Iterable[str], source: str) -> None:
    unknown = sorted(set(keys) - set(known))
    if unknown:
        raise InputError(f"{name} names {unknown[0]!r}, which {source} does not ({len(unknown)} such)")
