"""What a cosine says about one voice or two, beside the encoder's card."""

from dataclasses import asdict, dataclass
from typing import Any

from kowairo.core import InputError

from ..score_meaning import Rate, ScoreMeaning, Threshold, probability
from ..verification import DEFAULT_POINT


@dataclass(frozen=True)
class Judgement:
    """One comparison."""

    same: bool | None
    """Whether it is one voice; None where the encoder has no threshold."""
    cosine: float
    """In -1..1."""
    threshold: float | None
    """One voice at or above it."""
    operating_point: str | None
    """Which of the card's thresholds it is."""
    llr: float | None
    """Natural logarithm of the likelihood ratio of one voice against two; None without calibration."""
    probability: float | None
    """Of one voice, at equal priors; None likewise."""
    far: Rate | None
    """Different voices that are accepted at the threshold, on the development trials."""
    frr: Rate | None
    """Pairs of one voice that are rejected."""


class Judge:
    """The calibration and one threshold of an encoder.

    Args:
        card: The encoder's.
        point: Operating point: `eer`, `far_0.01` ...; None takes `eer` where it is there.

    Raises:
        InputError: The card has no such point.
    """

    def __init__(self, card: dict[str, Any], *, point: str | None = None) -> None:
        self.meaning = ScoreMeaning.of_card(card)
        if point is None and DEFAULT_POINT in self.meaning.thresholds:
            point = DEFAULT_POINT
        self.threshold: Threshold | None = None if point is None else self.meaning.threshold(point)

    def judge(self, cosine: float) -> Judgement:
        """Say what a cosine means.

        Raises:
            InputError: It is none.
        """
        if not -1.0 - 1e-5 <= cosine <= 1.0 + 1e-5:
            raise InputError(f"expected a cosine in -1..1, got {cosine}")
        llr = self.meaning.llr(cosine)
        point = self.threshold
        return Judgement(
            same=None if point is None else cosine >= point.value,
            cosine=min(1.0, max(-1.0, cosine)),
            threshold=None if point is None else point.value,
            operating_point=None if point is None else point.name,
            llr=llr,
            probability=None if llr is None else probability(llr, prior=0.5),
            far=None if point is None else point.far,
            frr=None if point is None else point.frr,
        )

    def as_json(self) -> dict[str, Any]:
        """What a page needs to draw the scale."""
        return {
            "scale": self.meaning.scale,
            "offset": self.meaning.offset,
            "threshold": None if self.threshold is None else asdict(self.threshold),
        }
