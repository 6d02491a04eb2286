"""Command `kowairo enhance apply`; apart from training, which takes seconds to import."""

from pathlib import Path

from kowairo.cli.set_folders import embedding_sets
from kowairo.enhance import apply_enhancer, load_enhancer


def apply(*, embeddings: Path, enhancer: Path, out: Path) -> None:
    """Pass embedding sets through a trained enhancement net.

    Args:
        embeddings: Embedding set, or a folder that holds some.
        enhancer: Folder that `kowairo enhance train` wrote.
        out: Folder of the enhanced set, or of the sets under the same names.
    """
    net = load_enhancer(enhancer)
    for name, vectors in embedding_sets(embeddings):
        apply_enhancer(vectors, net).save(out / name)
        print(f"{out / name}: {len(vectors)} lines")
