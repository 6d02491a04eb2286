"""Training of an enhancement net in one picture: losses on one axis, EERs on the other."""

from collections.abc import Iterator

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..enhancement_scores import EnhancementScores
from .theme import MATPLOTLIB_DASHES, PALETTE, SOFT, canvas, label_axes

_LOSSES = {"TLOSS": "training loss", "VLoss": "validation loss"}


def enhancement_curves(scores: EnhancementScores) -> Figure:
    """Draw training and validation loss (left axis) and the EER on every test list (right axis, per cent).

    Args:
        scores: Of `read_enhancement_scores`.

    Returns:
        The figure.
    """
    figure, (losses,) = canvas(width=7.0, height=4.0)
    lines = [
        losses.plot(*points, color=PALETTE[number], linestyle=MATPLOTLIB_DASHES[0], marker=".", label=name)[0]
        for number, (name, points) in enumerate(_curves(scores, _LOSSES))
    ]
    label_axes(losses, x="epoch", y="loss")
    names = {key: _list_name(key) for key in scores.curves if key.startswith("VEER")}
    if names:
        rates = losses.twinx()
        rates.spines["top"].set_visible(False)
        rates.tick_params(colors=SOFT, labelsize=9)
        for number, (name, points) in enumerate(_curves(scores, names), start=2):
            style = MATPLOTLIB_DASHES[1 + number % (len(MATPLOTLIB_DASHES) - 1)]
            color = PALETTE[number % len(PALETTE)]
            lines += rates.plot(*points, color=color, linestyle=style, marker=".", label=name)
        label_axes(rates, x="", y="EER, %")
    losses.legend(handles=lines, frameon=False, fontsize=8, loc="upper right")
    return figure


def _curves(
    scores: EnhancementScores, names: dict[str, str]
) -> Iterator[tuple[str, tuple[NDArray[np.int64], NDArray[np.float64]]]]:
    for key, name in names.items():
        values = scores.curves.get(key)
        if values is not None and np.isfinite(values).any():
            known = np.isfinite(values)
            yield name, (scores.epoch[known], values[known])


def _list_name(key: str) -> str:
    _, _, name = key.partition("_")
    return f"EER, {name.lower()}" if name else "EER"
