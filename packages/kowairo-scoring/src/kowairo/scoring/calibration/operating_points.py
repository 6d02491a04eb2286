"""Named thresholds with the error rates they were seen to have, and their file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError, read_json, write_json
from kowairo.scoring._checks import as_scores
from kowairo.scoring.bootstrap import Interval

_KIND = "operating_points"


@dataclass(frozen=True)
class OperatingPoint:
    """A threshold and what it does on the trials that it comes from."""

    name: str
    """Name of its rule: "eer", "far_0.01", "min_dcf_0.05" ..."""
    threshold: float
    """Accept at or above it."""
    far: Interval
    """False-alarm rate, a fraction, with its interval by the speaker bootstrap."""
    frr: Interval
    """Miss rate, a fraction, likewise."""
    num_false_alarms: int
    """Non-targets accepted."""
    num_misses: int
    """Targets rejected."""
    num_target: int
    """Targets in all."""
    num_nontarget: int
    """Non-targets in all."""
    num_speakers: int
    """Speakers in all."""
    trials: str
    """Name of the trial list."""
    warning: str = ""
    """Empty, or which of these figures deserves little trust, and why."""

    def apply(self, scores: ArrayLike) -> NDArray[np.bool_]:
        """Decide (trial,) scores: true = accepted as the same speaker.

        Raises:
            InputError: A score is not finite.
        """
        decisions: NDArray[np.bool_] = as_scores(scores, name="trial") >= self.threshold
        return decisions


@dataclass(frozen=True)
class OperatingPoints:
    """The operating points of one system, and which ones its trials could not support."""

    points: dict[str, OperatingPoint]
    """By name, the supported ones."""
    unsupported: dict[str, str]
    """Why the others are missing, by name."""

    def __getitem__(self, name: str) -> OperatingPoint:
        """Return a point by name.

        Raises:
            InputError: There is none; the message says why.
        """
        if name in self.points:
            return self.points[name]
        reason = self.unsupported.get(name) or f"not among {', '.join(sorted(self.points)) or 'no points'}"
        raise InputError(f"operating point {name!r}: {reason}")

    def as_json(self) -> dict[str, Any]:
        """Plain values for JSON, as ``save`` writes them; also for a model's card."""
        points = {name: asdict(point) for name, point in self.points.items()}
        return {"kind": _KIND, "points": points, "unsupported": self.unsupported}

    def save(self, path: Path) -> None:
        """Write a JSON file atomically."""
        write_json(path, self.as_json())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what ``save`` wrote.

        Raises:
            InputError: The file is missing or holds something else.
        """
        content = read_json(path)
        if not isinstance(content, dict) or content.get("kind") != _KIND:
            raise InputError(f"{path}: expected saved operating points")
        try:
            points = {name: _point(fields) for name, fields in content["points"].items()}
            return cls(points, {name: str(reason) for name, reason in content["unsupported"].items()})
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise InputError(f"{path}: not operating points: {error}") from error


def _point(fields: dict[str, Any]) -> OperatingPoint:
    """Rebuild a point from its JSON fields."""
    rates = {side: Interval(**fields[side]) for side in ("far", "frr")}
    return OperatingPoint(**{**fields, **rates, "threshold": float(fields["threshold"])})
