"""What a cheaper version of a network costs on voices."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from kowairo.core import Corpus, EmbeddingSet, Trials
from kowairo.scoring.metrics import eer
from kowairo.scoring.trial_scores import score_trials

from .embed import embed_corpus


@dataclass(frozen=True)
class EerChange:
    """Equal error rates of two networks by the cosine, on the same trials."""

    before: float
    """EER of the first, 0 to 1."""
    after: float
    """EER of the second, 0 to 1."""
    least_cosine: float
    """Least cosine between the two networks' embeddings of one line."""
    num_trials: int
    """Trials."""

    @property
    def rise(self) -> float:
        """EER of the second less that of the first."""
        return self.after - self.before


def measure_eer_change(
    before: Path, after: Path, corpus: Corpus, trials: Trials, *, workers: int = 2
) -> EerChange:
    """Embed the lines of trials by two networks and compare.

    Args:
        before: a network as `open_encoder` takes it, such as an ONNX file.
        after: another one, of the same dimension.
        corpus: has the lines.
        trials: pairs of lines.
        workers: lines in work at a time.

    Raises:
        InputError: a line of the trials is missing or cannot be used.
    """
    audio = corpus.subset(sorted({*trials.enroll, *trials.test})).audio
    sets = []
    with TemporaryDirectory() as scratch:
        for number, network in enumerate((before, after)):
            summary = embed_corpus(audio, network, Path(scratch) / str(number), workers=workers, strict=True)
            found = EmbeddingSet.load(summary.folder)
            sets.append(EmbeddingSet(np.array(found.vectors), found.utts, found.meta))
    rates = []
    for embeddings in sets:
        scores = score_trials(embeddings, trials).values
        rates.append(eer(scores[trials.target], scores[~trials.target]).value)
    a, b = (one.vectors.astype(np.float64) for one in sets)
    cosines = (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    first, second = rates
    return EerChange(first, second, least_cosine=float(cosines.min()), num_trials=len(trials))
