"""What the cosines of published encoders are worth, measured once for their cards."""

from __future__ import annotations

from pathlib import Path

from kowairo.core import InputError, read_json

from .build import Plain

_FILE = Path(__file__).with_name("published_calibrations.json")


def published_calibration(name: str) -> dict[str, Plain]:
    """Likelihood ratios and thresholds of an encoder, for its card.

    `kowairo models calibrate --encoder NAME --corpus voices/dev --check_corpus voices/test` measured them, on
    readers, actors, volunteers and phone calls in many languages; on other voices they are a guide.

    Args:
        name: `campplus` or `ge2e`.

    Returns:
        `calibration`, `operating_points` and `checked`.

    Raises:
        InputError: nothing was measured for this name.
    """
    measured: dict[str, dict[str, Plain]] = read_json(_FILE)
    if name not in measured:
        raise InputError(f"no calibration of {name!r}; there are {', '.join(sorted(measured))}")
    return measured[name]
