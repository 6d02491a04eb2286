"""Corpora that are Kaldi folders already."""

from collections.abc import Iterator
from pathlib import Path

from kowairo.core import Corpus, InputError
from kowairo.data.importers._ids import is_unknown_speaker
from kowairo.data.importers.base import CorpusImporter, Entry


class KaldiFolder(CorpusImporter):
    """A folder with `wav.scp` and `utt2spk`; every other `utt2*`, `text` and `spk2*` is kept.

    Ids stay as they are. A byte order mark, CRLF, any order, and paths with blanks or Japanese are
    fine; relative paths are relative to the folder.

    Args:
        path: The folder.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def entries(self) -> Iterator[Entry]:
        """Lists the utterances in the order of their ids.

        Yields:
            The lines.

        Raises:
            InputError: The folder is no Kaldi folder, its tables disagree, or a line of one is wrong.
        """
        if self.path.is_dir() and not (self.path / "wav.scp").is_file():
            raise InputError(f"{self.path}: no wav.scp in it; layout kaldi expects wav.scp and utt2spk")
        corpus = Corpus.read(self.path)
        # Durations are measured anew while the audio is checked.
        utt_tables = {name: table for name, table in corpus.utt_tables.items() if name != "utt2dur"}
        for utt in corpus.utts:
            speaker = corpus.utt2spk[utt]
            yield Entry(
                utt,
                "" if is_unknown_speaker(speaker) else speaker,
                corpus.audio[utt],
                {name: table[utt] for name, table in utt_tables.items() if utt in table},
                {name: table[speaker] for name, table in corpus.spk_tables.items() if speaker in table},
            )
