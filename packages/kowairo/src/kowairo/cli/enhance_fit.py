"""Command `kowairo enhance fit`."""

from collections.abc import Mapping
from pathlib import Path

from kowairo.cli.embedding_sources import read_embeddings
from kowairo.cli.label_tables import read_labels
from kowairo.cli.trial_files import blaming
from kowairo.core import EmbeddingSet, InputError, open_embeddings
from kowairo.data.enhancement_lists import NormalList, file_rows
from kowairo.enhance import fit_affine_enhancer, save_enhancer
from kowairo.scoring import CORAL, Backend, length_normalize


def fit(
    *,
    embeddings: Path,
    out: Path,
    backend: Backend,
    corpus: Path | None = None,
    train_list: Path | None = None,
    target_embeddings: Path | None = None,
) -> None:
    """Fit a closed form as an enhancer: it is then applied, checked and compared as trained nets are.

    Args:
        embeddings: Embeddings of training lines, of any form; they are scaled to unit length first.
        out: Folder of the enhancer.
        backend: LDA, WCCN, Whitening, MeanSubtraction, WithinClassShrinkage, CORAL, or a Chain of such.
        corpus: Kaldi folder that knows their speakers, or a file in the form of utt2spk.
        train_list: Normal list of the lines and their speakers, in place of a corpus.
        target_embeddings: Of CORAL: embeddings of the domain to map to.
    """
    if isinstance(backend, CORAL) != (target_embeddings is not None):
        raise InputError("CORAL needs --target_embeddings, and only CORAL does")
    if isinstance(backend, CORAL) and target_embeddings is not None:
        backend.target = length_normalize(read_embeddings(target_embeddings).vectors)
    vectors, speakers = _training(embeddings, corpus, train_list)
    with blaming(embeddings):
        enhancer = fit_affine_enhancer(backend, vectors.vectors, speakers)
    save_enhancer(enhancer, out)
    dims = f"{enhancer.input_dim} to {enhancer.output_dim} dimensions"
    print(f"{out}: {type(backend).__name__}, {dims}, {len(speakers)} lines of {len(set(speakers))} speakers")


def _training(
    embeddings: Path, corpus: Path | None, train_list: Path | None
) -> tuple[EmbeddingSet, list[str]]:
    """Embeddings and their speakers."""
    if (corpus is None) == (train_list is None):
        raise InputError("fitting needs --corpus DIR or --train_list FILE, one of them")
    if corpus is not None:
        utt2spk: Mapping[str, str] = read_labels(corpus).utt2spk
    else:
        lines = NormalList.read(train_list or "")
        vectors = open_embeddings(embeddings)
        with blaming(train_list or embeddings):
            rows = file_rows(vectors, lines.files)
        named = [vectors.utts[row] for row in rows.tolist()]
        utt2spk = dict(zip(named, lines.speakers, strict=True))
    found = read_embeddings(embeddings, wanted=utt2spk.keys())
    return found, [utt2spk[utt] for utt in found.utts]
