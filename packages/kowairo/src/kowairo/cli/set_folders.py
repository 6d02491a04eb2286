"""One embedding set, or a folder with several of them."""

from collections.abc import Iterator
from pathlib import Path

from kowairo.core import EmbeddingSet, open_embeddings


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
