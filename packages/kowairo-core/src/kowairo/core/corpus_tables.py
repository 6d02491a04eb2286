"""The tables of a Kaldi folder of millions of utterances, without a dictionary of them."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core.corpus import checked_folder
from kowairo.core.errors import InputError
from kowairo.core.string_array import StringArray
from kowairo.core.string_index import StringIndex
from kowairo.core.tables import AudioRef
from kowairo.core.text_table import TextTable


class AudioRefs(Mapping[str, AudioRef]):
    """A `wav.scp` whose references are made when they are asked for.

    Args:
        table: What `wav.scp` says.
        folder: Where it is; relative paths are relative to it.
    """

    def __init__(self, table: TextTable, folder: Path) -> None:
        self._table = table
        self._folder = folder

    def __getitem__(self, utt: str) -> AudioRef:
        return AudioRef.parse(self._table[utt], folder=self._folder)

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)


class CorpusTables:
    """What `Corpus` holds, as bytes, each table read when it is first asked for.

    7 million utterances take some 0.5 GB with their speakers and as much again with their files, where a
    `Corpus` takes more than 6 GB.

    Args:
        folder: A Kaldi folder, as for `Corpus.read`.

    Raises:
        InputError: The folder, `wav.scp` or `utt2spk` is missing, or there is a `segments` table.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = checked_folder(folder)

    @cached_property
    def utt2spk(self) -> TextTable:
        """Speaker of each utterance, sorted by utterance.

        Raises:
            TableError: A line is wrong.
        """
        return TextTable.read(self.folder / "utt2spk")

    @property
    def utts(self) -> StringArray:
        """Utterances, sorted."""
        return self.utt2spk.key_strings

    @cached_property
    def speaker_codes(self) -> tuple[list[str], NDArray[np.int32]]:
        """Speakers, sorted, and (utterance,) which of them each utterance is of."""
        return self.utt2spk.value_strings.codes()

    @cached_property
    def audio(self) -> AudioRefs:
        """Where the audio of each utterance is.

        Raises:
            InputError: `wav.scp` and `utt2spk` name different utterances, or an entry is a Kaldi pipe:
                nothing that is read may run a program.
            TableError: A line is wrong.
        """
        path = self.folder / "wav.scp"
        table = TextTable.read(path)
        self._check_known(table.key_strings, self.utts, "wav.scp names {}, which utt2spk does not")
        self._check_known(self.utts, table.key_strings, "utt2spk names {}, which wav.scp does not")
        pipes = np.flatnonzero(table.value_strings.last_bytes() == ord("|"))
        if len(pipes):
            utt = table.key_strings[int(pipes[0])]
            raise InputError(f"{path}: {utt!r} is a pipe; write the audio to a file first")
        return AudioRefs(table, self.folder)

    def labels(self) -> dict[str, TextTable]:
        """Every other table by utterance (`text`, `utt2dur` ...), by file name; each may leave some out."""
        paths = sorted(path for path in self.folder.iterdir() if path.is_file() and path.name != "utt2spk")
        return {p.name: TextTable.read(p) for p in paths if p.name == "text" or p.name.startswith("utt2")}

    def speaker_labels(self) -> dict[str, dict[str, str]]:
        """Every table by speaker (`spk2va` ...), by file name; each may leave some out."""
        paths = sorted(path for path in self.folder.glob("spk2*") if path.is_file())
        skipped = ("spk2utt", "spk2enroll")
        return {path.name: TextTable.read(path).to_dict() for path in paths if path.name not in skipped}

    def _check_known(self, names: StringArray, known: StringArray, problem: str) -> None:
        if names == known:
            return
        unknown = np.flatnonzero(StringIndex(known).rows(names) < 0)
        if len(unknown):
            first = names[int(unknown[0])]
            raise InputError(f"{self.folder}: {problem.format(repr(first))} ({len(unknown)} such)")
