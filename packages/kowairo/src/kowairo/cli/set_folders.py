"""One embedding set, or a folder with several of them."""

from collections.abc import Iterator
from pathlib import Path

from kowairo.core import EmbeddingSet, InputError


def embedding_sets(folder: Path) -> Iterator[tuple[str, EmbeddingSet]]:
    """Open the embedding sets of a folder.

    Args:
        folder: An embedding set, or a folder whose sub-folders are embedding sets.

    Yields:
        Name and set; the name is empty for a folder that is a set itself.

    Raises:
        InputError: There is no embedding set.
    """
    if (folder / "vectors.npy").is_file():
        yield "", EmbeddingSet.load(folder)
        return
    members = sorted(path.parent for path in folder.glob("*/vectors.npy"))
    if not members:
        raise InputError(f"{folder}: neither an embedding set nor a folder of some")
    for member in members:
        yield member.name, EmbeddingSet.load(member)
