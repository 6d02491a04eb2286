"""Command `kowairo enhance lists`."""

from pathlib import Path

import numpy as np

from kowairo.cli.label_tables import read_labels
from kowairo.core import InputError, open_embeddings
from kowairo.data.enhancement_lists import LIST_FILES, ListRules, ListSource, write_lists
from kowairo.data.enhancement_lists.write_lists import FewFiles, ListKind

_SIDES = ("train", "valid", "test")


def lists(
    *,
    out: Path,
    embeddings: Path | None = None,
    corpus: Path | None = None,
    sessions: str | None = None,
    kinds: list[ListKind] | None = None,
    name: str = "",
    split: list[float] | None = None,
    seed: int = 10,
    pairs_per_file: int = 4,
    few_files: FewFiles = "refuse",
) -> None:
    """Write the lists that enhancement nets are trained and tested on.

    Without a corpus, speaker and session are read from ids of the form `speaker/session/utterance`.

    Args:
        out: Folder of the lists and of `lists.json` with their counts and rules.
        embeddings: Only lines that have an embedding here, of any form.
        corpus: Kaldi folder, or a file in the form of utt2spk.
        sessions: Table of the corpus that tells the sessions: utt2session, utt2title, utt2emotion ...
        kinds: normal, test, triplet, distribution; by default all, without distribution where sessions are
            not known.
        name: First part of the file names, as in `train_normal_list.txt`.
        split: Shares of the speakers for training, validation and test, as 0.8 0.1 0.1: then there are lists
            `train_...`, `valid_...` and `test_...`, and nobody is on two sides.
        seed: Of all draws.
        pairs_per_file: Targets, and as many non-targets, of each file in the test list.
        few_files: Speakers with too few files for the test list: refuse, or leave_out.
    """
    source = _source(embeddings, corpus, sessions)
    chosen = kinds or [kind for kind in LIST_FILES if kind != "distribution" or source.sessions is not None]
    rules = ListRules(seed=seed, pairs_per_file=pairs_per_file, few_files=few_files)
    for prefix, side in _sides(source, name, split, seed).items():
        for file in write_lists(side, out, kinds=chosen, name=prefix, rules=rules).values():
            counts = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in file.counts.items())
            print(f"{file.path}: {counts}")


def _sides(source: ListSource, name: str, split: list[float] | None, seed: int) -> dict[str, ListSource]:
    if split is None:
        return {name: source}
    if name or len(split) != len(_SIDES):
        raise InputError("--split takes three shares, for train, valid and test, and no --name")
    # A stream of its own: the lists do not change with the draw of the sides.
    return source.split(
        dict(zip(_SIDES, split, strict=True)), rng=np.random.default_rng([seed, len(LIST_FILES)])
    )


def _source(embeddings: Path | None, corpus: Path | None, sessions: str | None) -> ListSource:
    if corpus is None:
        if embeddings is None:
            raise InputError(
                "lists need --corpus DIR, or --embeddings DIR with ids speaker/session/utterance"
            )
        if sessions is not None:
            raise InputError("--sessions names a table of --corpus DIR")
        # Embeddings of whole speakers lie beside those of utterances, in the layout of that project.
        return ListSource.of_paths(utt for utt in open_embeddings(embeddings).utts if "/" in utt)
    tables = read_labels(corpus)
    if sessions is not None and sessions not in tables.utt_tables:
        known = ", ".join(sorted(tables.utt_tables)) or "none"
        raise InputError(f"{corpus}: no table {sessions}; it has {known}")
    utts = tables.utt2spk if embeddings is None else open_embeddings(embeddings).utts
    return ListSource.of_tables(
        utts, tables.utt2spk, None if sessions is None else tables.utt_tables[sessions]
    )
