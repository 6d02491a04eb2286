"""Who is it, or nobody of them: candidates, and the rule that accepts the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kowairo.core import InputError

from .voice_matrix import VoiceScoring

Verdict = Literal["identified", "below_threshold", "ambiguous", "no_threshold"]


@dataclass(frozen=True)
class Candidate:
    """A voice that it may be."""

    voice: str
    """Name."""
    score: float
    """Score of the voice, a cosine in -1..1."""
    num_references: int
    """References of the voice."""


@dataclass(frozen=True)
class AcceptanceRule:
    """When the best candidate is taken to be the speaker.

    Its score is at least `threshold`, and at least `margin` above that of the next voice: a voice that
    resembles two enrolled ones equally is neither with certainty.

    Raises:
        InputError: The threshold is no cosine, or the margin is negative.
    """

    threshold: float
    """Lowest score that is accepted."""
    margin: float = 0.0
    """Least distance from the second voice."""
    scoring: VoiceScoring = "centroid"
    """How voices are scored where this threshold holds."""

    def __post_init__(self) -> None:
        if not -1.0 <= self.threshold <= 1.0:
            raise InputError(f"a threshold is a cosine in -1..1, got {self.threshold}")
        if not 0.0 <= self.margin <= 2.0:
            raise InputError(f"a margin is a difference of cosines in 0..2, got {self.margin}")

    def judge(self, candidates: Sequence[Candidate]) -> Verdict:
        """Say what becomes of the best candidate.

        Args:
            candidates: Best first; two at least where there are two voices.
        """
        if not candidates or candidates[0].score < self.threshold:
            return "below_threshold"
        if len(candidates) > 1 and candidates[0].score - candidates[1].score < self.margin:
            return "ambiguous"
        return "identified"


@dataclass(frozen=True)
class Identification:
    """What became of one recording."""

    candidates: tuple[Candidate, ...]
    """Best first."""
    verdict: Verdict
    """Whether the first is accepted, and why not."""

    @property
    def voice(self) -> str | None:
        """The accepted voice, None for an unknown speaker or where no threshold is set."""
        return self.candidates[0].voice if self.verdict == "identified" else None

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "voice": self.voice,
            "verdict": self.verdict,
            "candidates": [
                {"voice": one.voice, "score": round(one.score, 6), "num_references": one.num_references}
                for one in self.candidates
            ],
        }


def identify(candidates: Sequence[Candidate], rule: AcceptanceRule | None, *, count: int) -> Identification:
    """Judge the candidates and keep the first.

    Args:
        candidates: Best first; two at least where there are two voices.
        rule: When the best one is accepted; None accepts nobody.
        count: Candidates to keep.
    """
    verdict: Verdict = "no_threshold" if rule is None else rule.judge(candidates)
    return Identification(tuple(candidates[:count]), verdict)
