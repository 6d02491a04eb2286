"""One embedding set, or a folder with several of them."""

from collections.abc import Iterator, Mapping, Sequence
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


def carry_overlap(source: Path, out: Path, *, made_of: Mapping[str, Sequence[str]] | None = None) -> None:
    """Let a set that was made of another one say the same about the encoder's training.

    Args:
        source: Embeddings of any form.
        out: The embedding set made of them.
        made_of: Lines of the source by new name, as of a model or a copy: it counts as trained on where one
            of its lines does.

    Raises:
        InputError: What the source knows of training is missing or broken.
    """
    overlap = TrainingOverlap.of_set(source)
    if overlap is None:
        return
    audio, speakers = set(overlap.audio), dict(overlap.speakers)
    for name, lines in (made_of or {}).items():
        if not overlap.audio.isdisjoint(lines):
            audio.add(name)
        if known := [overlap.speakers[line] for line in lines if line in overlap.speakers]:
            speakers[name] = known[0]
    TrainingOverlap(frozenset(audio), speakers).write(out / OVERLAP_NAME)
