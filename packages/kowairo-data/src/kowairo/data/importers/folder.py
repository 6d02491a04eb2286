"""Corpora that are folders: one per character, or one per title with one per character in it."""

import os
import unicodedata
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from kowairo.core import AudioRef, InputError
from kowairo.data.importers._ids import IdGiver, is_unknown_speaker, one_line
from kowairo.data.importers.base import CorpusImporter, Entry

AUDIO_SUFFIXES = frozenset({".wav", ".flac", ".ogg", ".opus", ".mp3"})
# Listed all the same, so that they are reported as undecodable and not passed over in silence.
_OTHER_AUDIO = frozenset({".oga", ".m4a", ".aac", ".wma", ".aif", ".aiff", ".webm", ".mp4"})


class CharacterFolder(CorpusImporter):
    """A folder per character, with the lines in it or in folders below.

    With depth 1 the path is `<character>/**/<line>.ogg`; with depth 2 it is
    `<title>/<character>/**/<line>.ogg`, and a character of two titles has two ids and one `spk2name`.
    The id of a character is its NFC name with `_` for blanks; the true name is kept in `spk2name`. Lines
    are numbered in the order of their paths: `character-0000`. Audio that lies above the characters'
    folders is listed with an unknown speaker.

    Args:
        path: The folder that holds the characters or the titles.
        depth: 1: characters; 2: titles with characters; more: further levels belong to the title.
        exclude: Patterns (`BGM`, `*/se_*`, `*.tmp.wav`) of what is left out: a pattern with a `/` is
            compared with the whole relative path, others with each part of it.
    """

    def __init__(self, path: Path | str, *, depth: int = 1, exclude: Sequence[str] = ()) -> None:
        self.path = Path(path)
        self.depth = depth
        self.exclude = tuple(exclude)

    def entries(self) -> Iterator[Entry]:
        """Lists the audio files in the order of their NFC paths.

        Yields:
            The lines.

        Raises:
            InputError: There is no such folder, depth is below 1, or no audio lies at that depth.
        """
        if self.depth < 1:
            raise InputError(f"depth {self.depth}: expected 1 (characters) or more (titles above them)")
        if not self.path.is_dir():
            raise InputError(f"{self.path}: no such folder")
        ids = IdGiver()
        found = False
        for relative in self._audio_files():
            entry = self._entry(relative, ids)
            found = found or len(relative.parts) > self.depth
            yield entry
        if not found:
            raise InputError(self._wrong_layout())

    def _entry(self, relative: PurePosixPath, ids: IdGiver) -> Entry:
        parts = [unicodedata.normalize("NFC", part) for part in relative.parts]
        ref = AudioRef(self.path / relative)
        if len(parts) <= self.depth:
            return Entry(ids.line(""), "", ref)
        *titles, name = parts[: self.depth]
        title = "/".join(titles)
        if is_unknown_speaker(name):
            return Entry(ids.line(""), "", ref)
        speaker = ids.speaker("/".join((*titles, name)))
        tables = {"utt2title": one_line(title)} if title else {}
        speaker_tables = {"spk2title": one_line(title)} if title else {}
        return Entry(ids.line(speaker), speaker, ref, tables, {**speaker_tables, "spk2name": one_line(name)})

    def _audio_files(self) -> Iterator[PurePosixPath]:
        visited: set[str] = set()
        for folder, folders, files in os.walk(self.path, followlinks=True, onerror=_raise_unreadable):
            # A link may lead back up; each real folder is read once.
            real = os.path.realpath(folder)
            if real in visited:
                folders.clear()
                continue
            visited.add(real)
            base = PurePosixPath(Path(folder).relative_to(self.path).as_posix())
            # Sorted in place: os.walk then visits the folders in this order.
            folders[:] = sorted((f for f in folders if self._wanted(base / f)), key=_nfc)
            for name in sorted(files, key=_nfc):
                suffix = PurePosixPath(name).suffix.lower()
                if suffix in AUDIO_SUFFIXES | _OTHER_AUDIO and self._wanted(base / name):
                    yield base / name

    def _wanted(self, relative: PurePosixPath) -> bool:
        if relative.name.startswith("."):
            return False
        whole = unicodedata.normalize("NFC", relative.as_posix())
        return not any(
            fnmatchcase(whole if "/" in pattern else whole.rpartition("/")[2], pattern)
            for pattern in self.exclude
        )

    def _wrong_layout(self) -> str:
        shape = "/".join(["<title>"] * (self.depth - 1) + ["<character>", "*.wav"])
        endings = ", ".join(sorted(ending.removeprefix(".") for ending in AUDIO_SUFFIXES))
        hint = "; it has a wav.scp: layout kaldi?" if (self.path / "wav.scp").exists() else ""
        return f"{self.path}: no audio at {shape} ({endings}), which layout folder expects{hint}"


def _nfc(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _raise_unreadable(error: OSError) -> None:
    # os.walk would pass over the folder in silence, and its lines would be lost.
    raise InputError(f"{error.filename}: cannot be read: {error.strerror}") from error
