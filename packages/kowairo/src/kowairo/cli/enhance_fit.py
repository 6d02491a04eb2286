"""Command `kowairo enhance fit`."""

from pathlib import Path

from kowairo.cli.embedding_sources import read_embeddings
from kowairo.cli.label_tables import read_labels
from kowairo.cli.trial_files import blaming
from kowairo.core import InputError
from kowairo.enhance import fit_affine_enhancer, save_enhancer
from kowairo.scoring import CORAL, Backend, length_normalize


def fit(
    *,
    embeddings: Path,
    corpus: Path,
    out: Path,
    backend: Backend,
    target_embeddings: Path | None = None,
) -> None:
    """Fit a closed form as an enhancer: it is then applied, checked and compared as trained nets are.

    Args:
        embeddings: Embeddings of training lines, of any form; they are scaled to unit length first.
        corpus: Kaldi folder that knows their speakers, or a file in the form of utt2spk.
        out: Folder of the enhancer.
        backend: LDA, WCCN, Whitening, MeanSubtraction, WithinClassShrinkage, CORAL, or a Chain of such.
        target_embeddings: Of CORAL: embeddings of the domain to map to.
    """
    if isinstance(backend, CORAL) != (target_embeddings is not None):
        raise InputError("CORAL needs --target_embeddings, and only CORAL does")
    if isinstance(backend, CORAL) and target_embeddings is not None:
        backend.target = length_normalize(read_embeddings(target_embeddings).vectors)
    utt2spk = read_labels(corpus).utt2spk
    vectors = read_embeddings(embeddings, wanted=utt2spk.keys())
    speakers = [utt2spk[utt] for utt in vectors.utts]
    with blaming(embeddings):
        enhancer = fit_affine_enhancer(backend, vectors.vectors, speakers)
    save_enhancer(enhancer, out)
    dims = f"{enhancer.input_dim} to {enhancer.output_dim} dimensions"
    print(f"{out}: {type(backend).__name__}, {dims}, {len(speakers)} lines of {len(set(speakers))} speakers")
