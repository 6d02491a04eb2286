"""Command `kowairo corpus relabel`."""

from pathlib import Path

from kowairo.core import Corpus, InputError
from kowairo.data.relabel import relabel_corpus


def relabel(*, corpus: Path, out: Path, table: str = "spk2va") -> None:
    """Take another level of identity as the speakers: the actors of characters.

    Lines whose speaker the table does not know are left out and counted. Who spoke before stands in
    `utt2character`; `kowairo trials make` then draws trials across characters too.

    Args:
        corpus: Kaldi folder.
        out: Kaldi folder to write.
        table: Table over speakers whose values become the speakers.
    """
    try:
        found = relabel_corpus(Corpus.read(corpus), table=table)
    except InputError as error:
        raise InputError(f"{corpus}: {error}") from error
    found.corpus.write(out)
    print(f"{out}: {len(found.corpus.utts)} lines of {len(found.corpus.speakers)} speakers")
    if found.left_out:
        print(
            f"left out: {found.lines_left_out} lines of {len(found.left_out)} speakers without {table}, "
            f"the first being {found.left_out[0]}"
        )
