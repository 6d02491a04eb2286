"""Several corpora as one."""

from collections.abc import Sequence
from pathlib import Path

from kowairo.core import Corpus, InputError


def join_corpora(folders: Sequence[Path]) -> Corpus:
    """Put the tables of several Kaldi folders together.

    A table that one corpus has and another lacks is kept for the utterances or speakers that it knows.

    Args:
        folders: Kaldi folders.

    Returns:
        All their utterances.

    Raises:
        InputError: no folder, or an utterance or a speaker is in two of them: whether two speakers of one
            name are one person cannot be known here.
    """
    audio, utt2spk = {}, {}
    utt_tables: dict[str, dict[str, str]] = {}
    spk_tables: dict[str, dict[str, str]] = {}
    owner: dict[tuple[str, str], Path] = {}
    if not folders:
        raise InputError("nothing to join: expected at least one corpus")
    for folder in folders:
        corpus = Corpus.read(folder)
        for kind, names in (("utterance", corpus.utts), ("speaker", corpus.speakers)):
            for name in names:
                first = owner.setdefault((kind, name), folder)
                if first != folder:
                    raise InputError(f"{kind} {name!r} is in {first} and in {folder}; rename one of the two")
        audio.update(corpus.audio)
        utt2spk.update(corpus.utt2spk)
        for joined, tables in ((utt_tables, corpus.utt_tables), (spk_tables, corpus.spk_tables)):
            for name, table in tables.items():
                joined.setdefault(name, {}).update(table)
    return Corpus(audio, utt2spk, utt_tables, spk_tables)
