"""Colours, symbols and canvases that all figures share."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import plotly.graph_objects as go
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

from kowairo.core import atomic_path

PALETTE = ("#2f74d0", "#cc6414", "#14916a", "#c14f94", "#8f7a10", "#1b8fae", "#7d66dd", "#808488")
"""Line and marker colours, each at least 3:1 against the light and the dark page (WCAG 2.2, 1.4.11).

The hues follow Okabe and Ito (2008), with lightness pulled into the band that both pages allow; since that
costs some difference under colour blindness, every use adds a symbol or a dash.
"""
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
"""Line styles in plotly's names, in the order they are used."""
MATPLOTLIB_DASHES = ("-", "--", ":", "-.", (0, (8, 3)))
"""The same line styles in matplotlib's."""
_DEFAULT_FONT = "DejaVu Sans"
_WIDE_FONTS = (
    *("Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP", "IPAexGothic", "IPAGothic", "TakaoGothic"),
    *("VL Gothic", "Hiragino Sans", "Yu Gothic", "Meiryo", "MS Gothic", "Noto Sans CJK SC", "Noto Sans SC"),
    *(
        "WenQuanYi Zen Hei",
        "Droid Sans Fallback",
        "PingFang SC",
        "Microsoft YaHei",
        "SimHei",
        "Malgun Gothic",
    ),
)
"""Fonts with kana and kanji, as systems and packages name them."""
INK, SOFT, GRID = "#1d2329", "#59636e", "#dde2e7"


@dataclass(frozen=True)
class Symbol:
    """One marker shape in the three places that draw it.

    Attributes:
        plotly: Name in plotly.
        matplotlib: Marker code in matplotlib.
        path: SVG path in a 12 x 12 box, for the legend.
    """

    plotly: str
    matplotlib: str
    path: str


SYMBOLS = (
    Symbol("circle", "o", "M6 1.5a4.5 4.5 0 1 0 .01 0z"),
    Symbol("square", "s", "M2 2h8v8h-8z"),
    Symbol("triangle-up", "^", "M6 1l5 9.5h-10z"),
    Symbol("diamond", "D", "M6 .8l5.2 5.2-5.2 5.2-5.2-5.2z"),
    Symbol("cross", "P", "M4.2 1h3.6v3.2h3.2v3.6h-3.2v3.2h-3.6v-3.2h-3.2v-3.6h3.2z"),
    Symbol("triangle-down", "v", "M6 11l5-9.5h-10z"),
    Symbol("star", "*", "M6 .5l1.6 3.6 3.9.4-2.9 2.6.8 3.9-3.4-2-3.4 2 .8-3.9-2.9-2.6 3.9-.4z"),
    Symbol(
        "x",
        "X",
        "M3.2 1l2.8 2.8 2.8-2.8 2.2 2.2-2.8 2.8 2.8 2.8-2.2 2.2-2.8-2.8-2.8 2.8-2.2-2.2 2.8-2.8-2.8-2.8z",
    ),
    Symbol("pentagon", "p", "M6 .8l5.2 3.9-2 6.2h-6.4l-2-6.2z"),
    Symbol("hexagon", "h", "M6 .8l4.6 2.6v5.2l-4.6 2.6-4.6-2.6v-5.2z"),
)
"""Marker shapes, the most different ones first."""


def plotly_layout(*, x_title: str, y_title: str) -> go.Layout:
    """Return the common layout; colours of text and grid are set in the page, to suit light and dark."""
    axis = {"showgrid": True, "zeroline": False, "ticks": "outside", "automargin": True, "fixedrange": False}
    return go.Layout(
        template="none",
        autosize=True,
        margin={"l": 56, "r": 12, "t": 12, "b": 48},
        xaxis={**axis, "title": {"text": x_title, "standoff": 8}},
        yaxis={**axis, "title": {"text": y_title, "standoff": 8}},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 12}},
        hoverlabel={"align": "left"},
    )


def canvas(*, width: float, height: float, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """Make a figure of axes side by side: see `grid_canvas`."""
    return grid_canvas(width=width, height=height, rows=1, columns=columns)


def grid_canvas(
    *, width: float, height: float, rows: int, columns: int, heights: Sequence[float] | None = None
) -> tuple[Figure, list[Axes]]:
    """Make a figure that belongs to nobody but its caller: no pyplot, no global state.

    Args:
        width: Width in inches.
        height: Height in inches.
        rows: Number of axes below each other.
        columns: Number of axes side by side.
        heights: Of the rows, in proportion; equal by default.

    Returns:
        The figure and its axes, row by row, styled.
    """
    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    axes = list(figure.subplots(rows, columns, squeeze=False, height_ratios=heights).flat)
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
        axis.spines[["left", "bottom"]].set_color(SOFT)
        axis.tick_params(colors=SOFT, labelsize=9)
        axis.grid(visible=True, color=GRID, linewidth=0.8)
        axis.set_axisbelow(True)
    return figure, axes


def label_axes(axis: Axes, *, x: str, y: str, title: str = "") -> None:
    """Write the axis titles of a matplotlib figure."""
    axis.set_xlabel(x, color=INK, fontsize=10)
    axis.set_ylabel(y, color=INK, fontsize=10)
    if title:
        axis.set_title(title, color=INK, fontsize=11, loc="left")


def rgba(color: str, opacity: float) -> str:
    """Write a "#rrggbb" colour with an opacity in CSS, e.g. "rgba(47,116,208,0.2)"."""
    red, green, blue = (int(color[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def save_png(figure: Figure, path: Path) -> None:
    """Write a figure as PNG, atomically, at 160 dots per inch."""
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=160)
    with atomic_path(path) as target:
        target.write_bytes(buffer.getvalue())


def label_fonts(labels: Sequence[str]) -> list[str]:
    """Name the fonts that labels are drawn in: matplotlib's default, and one behind it for what it lacks.

    The default font has no Japanese, and nearly every system has one that does.

    Args:
        labels: What will be written.

    Returns:
        Families, for `fontfamily` of a matplotlib text.
    """
    lacking = {ord(character) for label in labels for character in label} - _characters(_DEFAULT_FONT)
    if not lacking:
        return [_DEFAULT_FONT]
    installed = {font.name for font in fontManager.ttflist}
    found = {name: len(lacking & _characters(name)) for name in _WIDE_FONTS if name in installed}
    best = max(found, key=lambda name: found[name], default=None)
    return [_DEFAULT_FONT] if best is None or not found[best] else [_DEFAULT_FONT, best]


def drawable(labels: Sequence[str], *, noun: str = "speaker") -> list[str]:
    """Replace labels that no font here can draw by "speaker 1", "speaker 2" ...

    A row of boxes tells nothing, a number still does; the page itself shows the real names. Numbers follow
    the sorted labels, so that pictures of the same characters agree.
    """
    numbers = {label: number for number, label in enumerate(sorted(set(labels)), start=1)}
    known = frozenset().union(*(_characters(name) for name in label_fonts(labels)))
    return [
        label if all(ord(character) in known for character in label) else f"{noun} {numbers[label]}"
        for label in labels
    ]


@cache
def _characters(family: str) -> frozenset[int]:
    """Code points that a font has."""
    return frozenset(get_font(findfont(FontProperties(family=family))).get_charmap())
