"""Commands `kowairo backend ...`."""

from pathlib import Path

from kowairo.cli.set_folders import embedding_sets
from kowairo.core import Corpus, EmbeddingSet
from kowairo.scoring import LDA, transform_set


def fit(
    *, embeddings: Path, corpus: Path, out: Path, num_dims: int | None = None, shrinkage: float = 0.0
) -> None:
    """Fit linear discriminant analysis on training embeddings.

    Args:
        embeddings: Embedding set of training lines.
        corpus: Kaldi folder that knows their speakers.
        out: Folder of the back-end.
        num_dims: Directions to keep; all by default.
        shrinkage: Weight of the scaled identity in the within-speaker covariance, 0 to 1.
    """
    vectors = EmbeddingSet.load(embeddings)
    utt2spk = Corpus.read(corpus).utt2spk
    known = [utt for utt in vectors.utts if utt in utt2spk]
    backend = LDA(num_dims=num_dims, shrinkage=shrinkage)
    backend.fit(vectors.rows(known), [utt2spk[utt] for utt in known]).save(out)
    print(f"{out}: {len(backend.separations_)} directions from {len(known)} lines")


def apply(*, embeddings: Path, backend: Path, out: Path) -> None:
    """Transform embedding sets by a fitted back-end.

    Args:
        embeddings: Embedding set, or a folder that holds some.
        backend: Folder that `kowairo backend fit` wrote.
        out: Folder of the transformed set, or of the sets under the same names.
    """
    fitted = LDA.load(backend)
    for name, vectors in embedding_sets(embeddings):
        transformed = transform_set(vectors, fitted)
        transformed.save(out / name)
        print(f"{out / name}: {len(transformed)} lines, {transformed.dim} dimensions")
