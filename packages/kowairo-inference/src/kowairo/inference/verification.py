"""Are these recordings one voice?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kowairo.core import InputError

from .recording import Recording
from .score_meaning import Rate, ScoreMeaning, probability
from .speaker_embedder import Embedding, SpeakerEmbedder, mean_vector

DEFAULT_POINT = "eer"


@dataclass(frozen=True, eq=False)
class Verdict:
    """What was found, and how it was decided."""

    enrolled: tuple[Embedding, ...]
    """The known voice."""
    tested: Embedding
    """The questioned recording."""
    cosine: float
    """Between the mean of the enrolled and the tested."""
    llr: float | None
    """Natural logarithm of the likelihood ratio; None if the encoder is not calibrated."""
    prior: float
    """Prior of one voice, for the probability."""
    probability: float | None
    """Probability of one voice at that prior; None likewise."""
    threshold: float | None
    """On the cosine; None if there is none."""
    point: str
    """Operating point that the threshold is of; empty if it was given by value."""
    far: Rate | None
    """Different voices accepted at it, on the development trials; None if it was given by value."""
    frr: Rate | None
    """One voice rejected at it, likewise."""
    warning: str
    """Which of these rates deserves little trust; may be empty."""

    @property
    def same(self) -> bool | None:
        """Whether it is one voice; None where there is no threshold."""
        return None if self.threshold is None else self.cosine >= self.threshold

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        rates = {"far": self.far, "frr": self.frr}
        return {
            "same": self.same,
            "cosine": self.cosine,
            "llr": self.llr,
            "probability": self.probability,
            "prior": self.prior,
            "threshold": self.threshold,
            "operating_point": self.point or None,
            **{name: None if rate is None else vars(rate) for name, rate in rates.items()},
            "warning": self.warning or None,
            "enrolled": [_described(one) for one in self.enrolled],
            "tested": _described(self.tested),
        }


def verify(
    embedder: SpeakerEmbedder,
    enrolled: Sequence[Recording],
    tested: Recording,
    *,
    point: str | None = None,
    threshold: float | None = None,
    prior: float = 0.5,
) -> Verdict:
    """Compare a recording with a voice known by one recording or several.

    Several are joined to the direction of the mean of their unit vectors. The encoder's thresholds and
    likelihood ratios were measured on pairs of single recordings; the cosine of one voice rises with more
    enrolment, so they err on the side of acceptance by a little then.

    Args:
        embedder: refuses recordings below its bar, so that no number is given that means nothing.
        enrolled: recordings of the known voice.
        tested: the questioned recording.
        point: operating point of the encoder's card: `eer`, `far_0.01` ...; None takes `eer` if it is there,
            and otherwise gives no verdict.
        threshold: on the cosine, in its place.
        prior: the user's own prior of one voice, for the probability.

    Returns:
        The verdict with all that it rests on.

    Raises:
        QualityError: a recording is silent, too short or clipped to pieces.
        AudioError: a recording cannot be read.
        InputError: nothing is enrolled, the point is not in the card, both a point and a threshold are
            given, or the prior is not in (0, 1).
    """
    if not enrolled:
        raise InputError("expected at least one recording of the known voice")
    if point is not None and threshold is not None:
        raise InputError("expected an operating point or a threshold, got both")
    meaning = ScoreMeaning.of_card(embedder.card)
    if point is None and threshold is None and DEFAULT_POINT in meaning.thresholds:
        point = DEFAULT_POINT
    chosen = None if point is None else meaning.threshold(point)
    probability(0.0, prior=prior)  # checks the range before the work
    known = tuple(embedder.embed(list(enrolled)))
    questioned = embedder.embed(tested)
    cosine = float(np.clip(mean_vector(known) @ questioned.vector, -1.0, 1.0))
    llr = meaning.llr(cosine)
    return Verdict(
        enrolled=known,
        tested=questioned,
        cosine=cosine,
        llr=llr,
        prior=prior,
        probability=None if llr is None else probability(llr, prior=prior),
        threshold=threshold if chosen is None else chosen.value,
        point="" if chosen is None else chosen.name,
        far=None if chosen is None else chosen.far,
        frr=None if chosen is None else chosen.frr,
        warning="" if chosen is None else chosen.warning,
    )


def _described(embedding: Embedding) -> dict[str, Any]:
    return {"source": embedding.source, **embedding.quality.as_json()}
