"""One section of the page."""

import html
from collections.abc import Mapping
from dataclasses import dataclass, field

import plotly.graph_objects as go
from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class Section:
    """A section: text, and the figures that its text has boxes for.

    Attributes:
        identifier: Anchor in the page.
        title: Heading, plain text; without one the page's own heading serves.
        body: HTML.
        plots: Plotly figure by the name of its box.
        images: matplotlib figure by file name, without ending.
    """

    identifier: str
    title: str
    body: str
    plots: Mapping[str, go.Figure] = field(default_factory=dict)
    images: Mapping[str, Figure] = field(default_factory=dict)

    def html(self) -> str:
        """Return the section as HTML."""
        if not self.title:
            return f'<section id="{self.identifier}">{self.body}</section>'
        return (
            f'<section id="{self.identifier}" aria-labelledby="h-{self.identifier}">'
            f'<h2 id="h-{self.identifier}">{html.escape(self.title)}</h2>{self.body}</section>'
        )


def figure_box(name: str, *, caption: str, alt: str, shape: str = "") -> str:
    """Return the box that the page's script draws a figure into.

    Args:
        name: Name of the figure.
        caption: What stands above it, HTML.
        alt: What the figure shows, for those who do not see it; plain text.
        shape: Style class that sets the height.
    """
    return f"<figure><figcaption>{caption}</figcaption>{plot_box(name, alt=alt, shape=shape)}</figure>"


def plot_box(name: str, *, alt: str, shape: str = "") -> str:
    """Return the box of a figure without a frame; see `figure_box`."""
    return (
        f'<div class="plot {shape}" role="img" aria-label="{html.escape(alt)}" '
        f'data-figure="{html.escape(name)}"></div>'
    )


def facts_list(facts: Mapping[str, str]) -> str:
    """Return names and values as a definition list; both are escaped."""
    lines = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in facts.items()
    )
    return f'<dl class="facts">{lines}</dl>'


def folded(summary: str, body: str) -> str:
    """Return HTML that opens on demand."""
    return f"<details><summary>{html.escape(summary)}</summary>{body}</details>"
