"""How much synthesised voices sound like the real ones."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kowairo.core import InputError
from kowairo.data import AudioError

from .quality import QualityError
from .score_meaning import ScoreMeaning
from .similarity_pairs import SimilarityPair
from .speaker_embedder import Embedding, SpeakerEmbedder, mean_vector

_TAIL = 2.5  # per cent on each side


@dataclass(frozen=True)
class Mean:
    """A mean and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class PairScore:
    """What one pair gave."""

    pair: SimilarityPair
    cosine: float
    """Between the synthesised recording and the mean of the real ones."""
    llr: float | None
    """Natural logarithm of the likelihood ratio; None if the encoder is not calibrated."""
    same: bool | None
    """Whether they pass as one voice; None without a threshold."""


@dataclass(frozen=True, eq=False)
class SimilarityReport:
    """All pairs and their means."""

    scores: list[PairScore]
    """In the order of the pairs, without the refused ones."""
    refused: dict[Path, str]
    """Why pairs have no score, by the synthesised recording: reason and file."""
    reasons: dict[str, int]
    """Number of refused pairs by reason."""
    cosine: Mean
    llr: Mean | None
    same: Mean | None
    """Share of pairs that pass as one voice."""
    point: str
    """Operating point of that threshold, empty for none."""
    num_speakers: int
    """Voices that the intervals were drawn from."""

    def as_json(self) -> dict[str, Any]:
        """Plain values of the whole, without the pairs."""
        means = {name: getattr(self, name) for name in ("cosine", "llr", "same")}
        return {
            **{name: None if mean is None else asdict(mean) for name, mean in means.items()},
            "operating_point": self.point or None,
            "pairs": len(self.scores),
            "speakers": self.num_speakers,
            "refused": self.reasons,
        }


def measure_similarity(
    embedder: SpeakerEmbedder,
    pairs: Sequence[SimilarityPair],
    *,
    point: str = "eer",
    workers: int = 1,
    num_replicates: int = 2000,
    seed: int = 0,
) -> SimilarityReport:
    """Compare synthesised recordings with real ones.

    Voices, not pairs, are drawn anew for the intervals: pairs of one voice are alike, and counting each for
    itself would claim too much certainty. A pair whose synthesised recording is silent, too short, clipped to
    pieces or unreadable is left out and counted by its reason, and so is one without a usable real recording.

    Args:
        embedder: refuses what is below its bar.
        pairs: what to compare with what.
        point: operating point that says which pairs pass as one voice; skipped if the card has none.
        workers: recordings in work at a time.
        num_replicates: bootstrap replicates of the intervals.
        seed: seed of the bootstrap.

    Returns:
        Every pair, and the means with their intervals.

    Raises:
        InputError: there are no pairs, or every one was refused.

    Source: B. Efron, 1979 (percentile bootstrap), over groups.
    """
    meaning = ScoreMeaning.of_card(embedder.card)
    threshold = meaning.threshold(point).value if meaning.thresholds else None
    files = list(dict.fromkeys(path for pair in pairs for path in (pair.synthesised, *pair.real)))
    found = dict(zip(files, embedder.embed_each(files, workers=workers), strict=True))
    scores: list[PairScore] = []
    errors: dict[Path, InputError] = {}
    for pair in pairs:
        cosine = _cosine(found[pair.synthesised], [found[path] for path in pair.real])
        if isinstance(cosine, InputError):
            errors[pair.synthesised] = cosine
        else:
            passes = None if threshold is None else cosine >= threshold
            scores.append(PairScore(pair, cosine, meaning.llr(cosine), passes))
    if not scores:
        first = f"; the first: {next(iter(errors.values()))}" if errors else ""
        raise InputError(f"none of {len(pairs)} pairs could be compared{first}")
    speakers = [score.pair.speaker for score in scores]
    draws = {"num_replicates": num_replicates, "seed": seed}
    ratios = [score.llr for score in scores if score.llr is not None]
    passed = [score.same for score in scores if score.same is not None]
    return SimilarityReport(
        scores=scores,
        refused={path: str(error) for path, error in errors.items()},
        reasons=dict(sorted(Counter(_reason(error) for error in errors.values()).items())),
        cosine=group_mean([score.cosine for score in scores], speakers, **draws),
        llr=group_mean(ratios, speakers, **draws) if ratios else None,
        same=group_mean(passed, speakers, **draws) if passed else None,
        point="" if threshold is None else point,
        num_speakers=len(set(speakers)),
    )


def _cosine(
    synthesised: Embedding | InputError, real: Sequence[Embedding | InputError]
) -> float | InputError:
    """Cosine to the mean of the real recordings that can be used, or why there is none."""
    if isinstance(synthesised, InputError):
        return synthesised
    usable = [one for one in real if isinstance(one, Embedding)]
    if not usable:
        return next(one for one in real if isinstance(one, InputError))
    return float(np.clip(mean_vector(usable) @ synthesised.vector, -1.0, 1.0))


def _reason(error: InputError) -> str:
    return error.reason if isinstance(error, AudioError | QualityError) else "unusable"


def group_mean(
    values: ArrayLike, groups: Sequence[str], *, num_replicates: int = 2000, seed: int = 0
) -> Mean:
    """Mean of values, with a 95 % percentile interval over drawn groups.

    Args:
        values: (value,).
        groups: (value,) group of each; whole groups are drawn with replacement.
        num_replicates: replicates.
        seed: equal seeds draw equal groups.

    Returns:
        The mean of all values, and the interval; a single group has no width.
    """
    numbers = np.asarray(values, dtype=np.float64)
    names, members = np.unique(np.asarray(groups), return_inverse=True)
    sums = np.bincount(members, weights=numbers)
    counts = np.bincount(members)
    rng = np.random.default_rng(seed)
    draws = rng.multinomial(len(names), np.full(len(names), 1.0 / len(names)), size=num_replicates)
    replicates = (draws @ sums) / (draws @ counts)
    low, high = np.percentile(replicates, [_TAIL, 100.0 - _TAIL])
    return Mean(float(numbers.mean()), float(low), float(high))
