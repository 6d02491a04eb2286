"""Commands `kowairo backend ...`."""

from pathlib import Path
from typing import Literal

from kowairo.cli.embedding_sources import read_embeddings
from kowairo.cli.label_tables import read_labels
from kowairo.cli.saved_kinds import open_backend
from kowairo.cli.set_folders import carry_overlap, embedding_sets
from kowairo.cli.trial_files import blaming
from kowairo.core import InputError
from kowairo.scoring import (
    LDA,
    PLDA,
    Backend,
    Chain,
    adapt_coral,
    adapt_coral_plus,
    adapt_unsupervised,
    transform_set,
)


def fit(
    *,
    embeddings: Path,
    corpus: Path,
    out: Path,
    backend: Backend | None = None,
    num_dims: int | None = None,
    shrinkage: float = 0.0,
    skip_missing: bool = False,
) -> None:
    """Fit a back-end on training embeddings: linear discriminant analysis unless another one is named.

    A chain, in a file for --config:
    `backend: {class_path: Chain, init_args: {steps: [MeanSubtraction, LengthNorm, PLDA]}}`.

    Args:
        embeddings: Embeddings of training lines, of any form.
        corpus: Kaldi folder that knows their speakers, or a file in the form of utt2spk.
        out: Folder of the back-end.
        backend: LDA, PLDA, Whitening, WCCN, CORAL, MeanSubtraction, Chain ... with its settings.
        num_dims: Of LDA: directions to keep; all by default.
        shrinkage: Of LDA: weight of the scaled identity in the within-speaker covariance, 0 to 1.
        skip_missing: Leave out and count embeddings that are zero or not finite.
    """
    if backend is not None and (num_dims is not None or shrinkage):
        raise InputError("num_dims and shrinkage are those of LDA; give those of --backend as --backend.NAME")
    chosen = backend or LDA(num_dims=num_dims, shrinkage=shrinkage)
    utt2spk = read_labels(corpus).utt2spk
    vectors = read_embeddings(embeddings, wanted=utt2spk.keys(), skip_missing=skip_missing)
    speakers = [utt2spk[utt] for utt in vectors.utts]
    with blaming(embeddings):
        chosen.fit(vectors.vectors, speakers).save(out)
    print(f"{out}: {_described(chosen)} from {len(speakers)} lines of {len(set(speakers))} speakers")


def apply(*, embeddings: Path, backend: Path, out: Path) -> None:
    """Transform embeddings by a fitted back-end.

    Args:
        embeddings: Embeddings of any form, or a folder that holds sets of them.
        backend: Folder that `kowairo backend fit` wrote.
        out: Folder of the transformed set, or of the sets under the same names.
    """
    fitted = open_backend(backend)
    for name, vectors in embedding_sets(embeddings):
        with blaming(embeddings / name):
            transformed = transform_set(vectors, fitted)
        transformed.save(out / name)
        carry_overlap(embeddings / name, out / name)
        print(f"{out / name}: {len(transformed)} lines, {transformed.dim} dimensions")


def adapt(
    *,
    backend: Path,
    embeddings: Path,
    out: Path,
    method: Literal["unsupervised", "coral", "coral_plus"] = "coral_plus",
) -> None:
    """Adapt a PLDA, or a chain that ends in one, to another domain by embeddings without labels.

    Args:
        backend: Folder of the fitted back-end.
        embeddings: Embeddings of the new domain, of any form.
        out: Folder of the adapted back-end.
        method: `unsupervised` adds the new domain's excess variance to both covariances, half to each;
            `coral` moves them, `coral_plus` only lets them grow.
    """
    ways = {"unsupervised": adapt_unsupervised, "coral": adapt_coral, "coral_plus": adapt_coral_plus}
    fitted, moved = open_backend(backend), read_embeddings(embeddings)
    steps = list(fitted.steps) if isinstance(fitted, Chain) else [fitted]
    *before, last = steps
    if not isinstance(last, PLDA):
        raise InputError(f"{backend}: only PLDA can be adapted, and this ends in {type(last).__name__}")
    with blaming(embeddings):
        vectors = Chain(steps=before).transform(moved.vectors) if before else moved.vectors
        adapted = ways[method](last, vectors)
    (Chain(steps=[*before, adapted]) if before else adapted).save(out)
    print(f"{out}: adapted by {method} on {len(moved)} lines")


def _described(backend: Backend) -> str:
    if isinstance(backend, LDA):
        return f"{len(backend.separations_)} directions"
    if isinstance(backend, Chain):
        return " + ".join(type(step).__name__ for step in backend.steps)
    return type(backend).__name__
