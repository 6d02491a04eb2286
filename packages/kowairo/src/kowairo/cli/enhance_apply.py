"""Command `kowairo enhance apply`; apart from training, which takes seconds to import."""

from pathlib import Path
from typing import Literal

from kowairo.cli.set_folders import carry_overlap, embedding_sets
from kowairo.cli.trial_files import blaming
from kowairo.core import EmbeddingSet, InputError, read_lines, split_columns
from kowairo.data.enhancement_lists import file_rows
from kowairo.enhance import apply_enhancer, load_enhancer
from kowairo.enhance.npy_tree import write_npy_tree


def apply(
    *,
    embeddings: Path,
    enhancer: Path,
    out: Path,
    files: Path | None = None,
    form: Literal["set", "npy"] = "set",
) -> None:
    """Pass embedding sets through a trained enhancement net.

    Args:
        embeddings: Embeddings of any form, or a folder that holds sets of them.
        enhancer: Folder that `kowairo enhance train` or `kowairo enhance fit` wrote.
        out: Folder of the enhanced set, or of the sets under the same names.
        files: Only what this list names, in the last column of `ID FILE` or `FILE`.
        form: `set`, or `npy`: one file an utterance, in folders as its id has them.
    """
    net = load_enhancer(enhancer)
    for name, vectors in embedding_sets(embeddings):
        chosen = vectors if files is None else _listed(vectors, files)
        enhanced = apply_enhancer(chosen, net)
        if form == "npy":
            write_npy_tree(enhanced, out / name)
        else:
            enhanced.save(out / name)
            carry_overlap(embeddings / name, out / name)
        print(f"{out / name}: {len(enhanced)} lines")


def _listed(vectors: EmbeddingSet, files: Path) -> EmbeddingSet:
    """The part of a set that a list names; files may end in `.wav` or `.npy`."""
    named = [split_columns(line)[-1] for _, line in read_lines(files)]
    if not named:
        raise InputError(f"{files}: no line in it")
    with blaming(files):
        rows = file_rows(vectors, named)
    return vectors.subset(dict.fromkeys(vectors.utts[row] for row in rows.tolist()))
