"""Opening a saved calibrator of any kind."""

from __future__ import annotations

from pathlib import Path

from kowairo.core import InputError, read_json
from kowairo.scoring.calibration.base import Calibrator
from kowairo.scoring.calibration.fusion import Fusion
from kowairo.scoring.calibration.gaussian import GaussianCalibrator
from kowairo.scoring.calibration.isotonic import IsotonicCalibrator
from kowairo.scoring.calibration.logistic import LogisticCalibrator
from kowairo.scoring.calibration.qmf import QMF

BUILT_IN: tuple[type[Calibrator], ...] = (
    LogisticCalibrator,
    IsotonicCalibrator,
    GaussianCalibrator,
    Fusion,
    QMF,
)
"""The kinds that come with the package."""


def load_calibrator(folder: Path) -> Calibrator:
    """Open what any calibrator's ``save`` wrote; nothing in the folder is executed.

    Args:
        folder: The saved folder.

    Returns:
        The fitted calibrator. A kind of another distribution is known once its module was imported.

    Raises:
        InputError: The folder holds no calibrator.
    """
    path = folder / "config.json"
    config = read_json(path)
    kind = config.get("kind") if isinstance(config, dict) else None
    known = {cls.__name__: cls for cls in (*Calibrator.__subclasses__(), *BUILT_IN)}
    if not isinstance(kind, str) or kind not in known:
        raise InputError(f"{path}: kind {kind!r:.80} is none of {', '.join(sorted(known))}")
    return known[kind].load(folder)
