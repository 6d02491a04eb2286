"""What a cosine of one encoder is worth: its card's calibration and thresholds."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kowairo.core import InputError


@dataclass(frozen=True)
class Rate:
    """An error rate, a fraction, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Threshold:
    """A threshold on the cosine, and the error rates that it had on the development trials."""

    name: str
    """Operating point: `eer`, `far_0.01`, `min_dcf_0.05` ..."""
    value: float
    """Accept at or above it."""
    far: Rate
    """Different voices accepted."""
    frr: Rate
    """One voice rejected."""
    trials: str
    """Name of the trials."""
    warning: str
    """Empty, or which of the rates deserves little trust."""


@dataclass(frozen=True)
class ScoreMeaning:
    """Log-likelihood ratios and thresholds of one encoder's cosines.

    They hold for pairs of single recordings like those of the development trials.
    """

    scale: float | None
    """Nats per unit of cosine; None if the card has no calibration."""
    offset: float | None
    """Nats at a cosine of 0."""
    thresholds: Mapping[str, Threshold]
    """By the name of the operating point."""
    unsupported: Mapping[str, str]
    """Why other operating points are missing."""

    @classmethod
    def of_card(cls, card: Mapping[str, Any]) -> "ScoreMeaning":
        """Read `calibration` and `operating_points` of a checkpoint's card.

        Raises:
            InputError: they are not what `kowairo models calibrate` writes.
        """
        try:
            calibration = card.get("calibration") or {}
            given = card.get("operating_points") or {}
            points = given.get("points") or {}
            if given.get("scores", "cosine") != "cosine" or calibration.get("kind", _KIND) != _KIND:
                points, calibration = {}, {}
            return cls(
                scale=None if not calibration else float(calibration["scale"]),
                offset=None if not calibration else float(calibration["offset"]),
                thresholds={name: _threshold(name, fields) for name, fields in points.items()},
                unsupported={name: str(why) for name, why in (given.get("unsupported") or {}).items()},
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(
                f"the encoder's card has a calibration that cannot be read: {error!r}"
            ) from error

    def llr(self, cosine: float) -> float | None:
        """Natural logarithm of p(cosine | one voice) / p(cosine | two voices); None without calibration."""
        return None if self.scale is None or self.offset is None else self.scale * cosine + self.offset

    def threshold(self, name: str) -> Threshold:
        """A threshold by its operating point.

        Raises:
            InputError: there is none; the message says which there are and what to do.
        """
        if name in self.thresholds:
            return self.thresholds[name]
        if not self.thresholds:
            raise InputError(
                "the encoder's card has no thresholds: `kowairo models calibrate` measures them on your "
                "development trials, or give one with --threshold"
            )
        why = self.unsupported.get(name) or f"the card has {', '.join(sorted(self.thresholds))}"
        raise InputError(f"operating point {name!r}: {why}")


def probability(llr: float, *, prior: float) -> float:
    """Probability of one voice: `1 / (1 + exp(-(llr + logit prior)))`.

    Raises:
        InputError: the prior is not in (0, 1).
    """
    if not 0.0 < prior < 1.0:
        raise InputError(f"expected a prior in (0, 1), got {prior}")
    return 0.5 * (1.0 + math.tanh(0.5 * (llr + math.log(prior / (1.0 - prior)))))  # never overflows


_KIND = "LogisticCalibrator"


def _threshold(name: str, fields: Mapping[str, Any]) -> Threshold:
    far, frr = (
        Rate(*(float(fields[side][key]) for key in ("value", "low", "high"))) for side in ("far", "frr")
    )
    return Threshold(
        name, float(fields["threshold"]), far, frr, str(fields["trials"]), str(fields.get("warning", ""))
    )
