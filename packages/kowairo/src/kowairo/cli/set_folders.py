"""One embedding set, or a folder with several of them."""

from collections.abc import Iterator
from pathlib import Path

from kowairo.core import EmbeddingSet, TrainingOverlap, open_embeddings
from kowairo.core.training_overlap import OVERLAP_NAME


def embedding_sets(path: Path) -> Iterator[tuple[str, EmbeddingSet]]:
    """Open the embeddings of a folder.

    Args:
        path: Embeddings of any form, or a folder whose sub-folders are embedding sets.

    Yields:
        Name and set; the name is empty for embeddings that are a set themselves.

    Raises:
        InputError: There are no embeddings.
    """
    members = [] if (path / "vectors.npy").is_file() else sorted(path.glob("*/vectors.npy"))
    if not members:
        yield "", open_embeddings(path)
    for member in members:
        yield member.parent.name, EmbeddingSet.load(member.parent)


def carry_overlap(source: Path, out: Path) -> None:
    """Let a set that was made of another one say the same about the encoder's training.

    Args:
        source: Embeddings of any form.
        out: The embedding set made of them.
    """
    overlap = TrainingOverlap.of_set(source)
    if overlap is not None:
        overlap.write(out / OVERLAP_NAME)
