"""A picture for use alone: PNG, SVG, or an HTML page that opens offline."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import plotly.graph_objects as go
from matplotlib.figure import Figure

from kowairo.core import InputError, atomic_path

from .figures.theme import save_png
from .rendering import render_page
from .sections.section import Section, figure_box

FORMATS = ("png", "svg", "html")
"""Endings of the files that a picture can be written to."""


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture, drawn for paper and for the browser from the same numbers.

    Attributes:
        name: Short name, used in the page, e.g. "det".
        title: Heading of the HTML page, plain text.
        caption: What it shows, HTML.
        alt: The same for those who do not see it, plain text.
        plot: For HTML.
        image: For PNG and SVG.
        shape: Style class that sets the height in the page.
    """

    name: str
    title: str
    caption: str
    alt: str
    plot: go.Figure
    image: Figure
    shape: str = ""

    def box(self) -> str:
        """Return the box of the picture for a page."""
        return figure_box(self.name, caption=self.caption, alt=self.alt, shape=self.shape)


def pictures_section(identifier: str, title: str, text: str, pictures: Sequence[Picture]) -> Section:
    """Build a section of a page from pictures.

    Args:
        identifier: Anchor in the page.
        title: Heading, plain text.
        text: HTML before the pictures.
        pictures: The pictures, each under its own title.

    Returns:
        The section.
    """
    boxes = "".join(f"<h3>{html.escape(one.title)}</h3>{one.box()}" for one in pictures)
    plots, images = {one.name: one.plot for one in pictures}, {one.name: one.image for one in pictures}
    return Section(identifier, title, text + boxes, plots, images)


def save_picture(picture: Picture, path: Path) -> Path:
    """Write a picture in the format that the file's ending names.

    Args:
        picture: What to write.
        path: Ends in `.png`, `.svg` or `.html`; its folder is made if missing.

    Returns:
        The path.

    Raises:
        InputError: The ending is none of these.
    """
    path = Path(path)
    ending = path.suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        raise InputError(f"{path}: expected an ending in {', '.join(FORMATS)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    if ending != "html":
        return save_image(picture.image, path)
    with atomic_path(path) as partial:
        partial.write_text(_page(picture), encoding="utf-8")
    return path


def save_image(figure: Figure, path: Path) -> Path:
    """Write a matplotlib figure as PNG or, the same numbers always alike, as SVG.

    Args:
        figure: The figure.
        path: Ends in `.png` or `.svg`; its folder exists.

    Returns:
        The path.
    """
    if path.suffix.lower() == ".png":
        save_png(figure, path)
    else:
        with atomic_path(path) as partial:
            partial.write_bytes(_svg(figure))
    return path


def save_formats(picture: Picture, stem: Path, *, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write a picture in several formats.

    Args:
        picture: What to write.
        stem: Path without ending: "out/det" gives "out/det.png" ...
        formats: Endings.

    Returns:
        The paths.

    Raises:
        InputError: An ending is unknown.
    """
    stem = Path(stem)
    return [save_picture(picture, stem.with_name(f"{stem.name}.{ending}")) for ending in formats]


def _svg(figure: Figure) -> bytes:
    buffer = BytesIO()
    # Neither a date nor random names of elements: the same numbers give the same file.
    with mpl.rc_context({"svg.hashsalt": "kowairo"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def _page(picture: Picture) -> str:
    section = Section(picture.name, "", picture.box(), {picture.name: picture.plot})
    return render_page(picture.title, "", [section], {})
