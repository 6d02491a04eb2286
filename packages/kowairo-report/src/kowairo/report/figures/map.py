"""Map of the lines of characters: colour per character, symbol per actor."""

import html
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np
import plotly.graph_objects as go
from matplotlib.figure import Figure
from numpy.typing import NDArray

from kowairo.core import Corpus, EmbeddingSet

from .layouts import LayoutMethod, lay_out, nearest_agreement
from .theme import PALETTE, SYMBOLS, Symbol, drawable, grid_canvas, label_fonts, plotly_layout

_HOVER_CHARACTERS = 120
_PANELS_IN_A_ROW = 3


@dataclass(frozen=True)
class MarkerStyle:
    """How the lines of one character are drawn."""

    color: str
    symbol: Symbol


@dataclass(frozen=True, eq=False)
class LineMap:
    """Positions of lines on the map.

    Attributes:
        utts: Utterance ids.
        positions: (line, 2), without unit.
        speakers: Character of each line.
        styles: Marker by character.
        names: Name to show by character.
        hover: Text of each line for the hover box, HTML-escaped.
        method: How they were placed.
        agreement: Share of lines whose nearest other line is of the same character, by the vectors.
        title: Name of the encoder, where there are several.
    """

    utts: list[str]
    positions: NDArray[np.float64]
    speakers: list[str]
    styles: Mapping[str, MarkerStyle]
    names: Mapping[str, str]
    hover: list[str]
    method: LayoutMethod
    agreement: float
    title: str = ""


def line_map(
    embeddings: EmbeddingSet,
    corpus: Corpus,
    *,
    max_lines: int = 1200,
    seed: int = 0,
    method: LayoutMethod = "tsne",
    title: str = "",
) -> LineMap:
    """Lay out the lines of a corpus by their cosine distances.

    Args:
        embeddings: Vectors of the lines.
        corpus: Speakers and what is known about the lines.
        max_lines: Draw at most this many lines, as many of each character
            as possible.
        seed: Seed of the choice and of the layout.
        method: Way of the layout.
        title: Name of the encoder, where there are several.

    Returns:
        The map, lines in the order of the corpus.

    Raises:
        InputError: UMAP is asked for and not installed.
    """
    known = [utt for utt in corpus.utts if utt in embeddings.index]
    by_speaker: dict[str, list[str]] = {}
    for utt in known:
        by_speaker.setdefault(corpus.utt2spk[utt], []).append(utt)
    chosen = set(spread_over_speakers(by_speaker, maximum=max_lines, seed=seed))
    utts = [utt for utt in known if utt in chosen]
    actors = corpus.spk_tables.get("spk2va", {})
    vectors, speakers = embeddings.rows(utts), [corpus.utt2spk[utt] for utt in utts]
    return LineMap(
        utts=utts,
        positions=lay_out(vectors, method=method, seed=seed),
        speakers=speakers,
        styles=marker_styles(sorted(by_speaker, key=lambda name: (actors.get(name, name), name)), actors),
        names={speaker: display_name(speaker, corpus) for speaker in by_speaker},
        hover=[hover_text(utt, corpus) for utt in utts],
        method=method,
        agreement=nearest_agreement(vectors, speakers),
        title=title,
    )


def spread_over_speakers(by_speaker: Mapping[str, Sequence[str]], *, maximum: int, seed: int) -> list[str]:
    """Choose lines in turns of one per speaker, so that no speaker crowds out another.

    Args:
        by_speaker: Lines of each speaker.
        maximum: How many lines at most.
        seed: Seed of the order within a speaker.

    Returns:
        The chosen lines.
    """
    rng = np.random.default_rng(seed)
    shuffled = [[lines[i] for i in rng.permutation(len(lines))] for _, lines in sorted(by_speaker.items())]
    longest = max((len(lines) for lines in shuffled), default=0)
    turns = [lines[turn] for turn in range(longest) for lines in shuffled if turn < len(lines)]
    return turns[:maximum]


def marker_styles(speakers: Sequence[str], actors: Mapping[str, str]) -> dict[str, MarkerStyle]:
    """Give each character a colour and each actor a symbol.

    Characters of one actor share the symbol and differ in colour. With more
    characters than pairs of colour and symbol, pairs repeat.

    Args:
        speakers: Characters, those of one actor side by side.
        actors: Actor by character; a character without one is its own actor.

    Returns:
        Marker by character.
    """
    voices = list(dict.fromkeys(actors.get(speaker, speaker) for speaker in speakers))
    next_color: dict[int, int] = {}
    styles = {}
    for speaker in speakers:
        symbol = voices.index(actors.get(speaker, speaker)) % len(SYMBOLS)
        # Counting on per symbol keeps two actors that share a symbol apart; the shift mixes the hues.
        color = next_color.get(symbol, symbol)
        next_color[symbol] = color + 1
        styles[speaker] = MarkerStyle(PALETTE[color % len(PALETTE)], SYMBOLS[symbol])
    return styles


def hover_text(utt: str, corpus: Corpus) -> str:
    """Describe a line for its hover box: character, actor, emotion, title, text; escaped."""
    speaker = corpus.utt2spk[utt]
    tables = corpus.utt_tables
    facts = {
        "actor": corpus.spk_tables.get("spk2va", {}).get(speaker),
        "emotion": tables.get("utt2emotion", {}).get(utt),
        "kind": tables.get("utt2kind", {}).get(utt),
        "title": tables.get("utt2title", {}).get(utt),
    }
    lines = [f"<b>{html.escape(display_name(speaker, corpus))}</b>"]
    lines += [f"{name}: {html.escape(value)}" for name, value in facts.items() if value]
    text = tables.get("text", {}).get(utt, "")
    short = text if len(text) <= _HOVER_CHARACTERS else text[: _HOVER_CHARACTERS - 1] + "…"
    # Japanese has no blanks to break at and is twice as wide.
    width = 40 if short.isascii() else 20
    return "<br>".join([*lines, *(html.escape(line) for line in textwrap.wrap(short, width))])


def display_name(speaker: str, corpus: Corpus) -> str:
    """Return the character's bare name where the corpus has one, with the id to keep names apart."""
    name = corpus.spk_tables.get("spk2name", {}).get(speaker, speaker)
    return speaker if name in speaker else f"{name} ({speaker})"


def map_plotly(drawing: LineMap, *, playable: Sequence[str]) -> go.Figure:
    """Draw the map for the page, one trace per character.

    Args:
        drawing: The map.
        playable: Lines with a clip in the page; drawn filled, the others pale unless none has one.

    Returns:
        The figure; the custom data of a point is its utterance id.
    """
    figure = go.Figure(layout=plotly_layout(x_title="", y_title=""))
    with_clip = set(playable or drawing.utts)
    for speaker, style in drawing.styles.items():
        rows = [row for row, owner in enumerate(drawing.speakers) if owner == speaker]
        figure.add_scatter(
            x=drawing.positions[rows, 0].astype(np.float32),
            y=drawing.positions[rows, 1].astype(np.float32),
            mode="markers",
            name=html.escape(drawing.names[speaker]),
            marker={
                "color": style.color,
                "symbol": style.symbol.plotly,
                "size": [11 if drawing.utts[row] in with_clip else 8 for row in rows],
                "opacity": [0.95 if drawing.utts[row] in with_clip else 0.45 for row in rows],
                "line": {"width": 0},
            },
            customdata=[drawing.utts[row] for row in rows],
            text=[drawing.hover[row] for row in rows],
            hovertemplate="%{text}<extra></extra>",
        )
    hidden = {"visible": False, "showgrid": False}
    figure.update_layout(
        showlegend=False, margin={"l": 8, "r": 8, "t": 8, "b": 8}, xaxis=hidden, yaxis=hidden
    )
    return figure


def map_matplotlib(*drawings: LineMap) -> Figure:
    """Draw the maps of one encoder or several for a PNG, side by side, with one legend for all.

    Args:
        drawings: Maps of the same characters.
    """
    rows = -(-len(drawings) // _PANELS_IN_A_ROW)
    columns = -(-len(drawings) // rows)
    wide = 10.0 if len(drawings) == 1 else 5.2 * columns + 1.5
    figure, axes = grid_canvas(
        width=wide, height=7.0 if len(drawings) == 1 else 5.0 * rows, rows=rows, columns=columns
    )
    titles = drawable([drawing.title for drawing in drawings], noun="encoder")
    for axis, drawing, title in zip(axes, drawings, titles, strict=False):
        speakers = np.array(drawing.speakers)
        labels = drawable([drawing.names[speaker] for speaker in drawing.styles])
        for (speaker, style), label in zip(drawing.styles.items(), labels, strict=True):
            x, y = drawing.positions[speakers == speaker].T
            marker = style.symbol.matplotlib
            axis.scatter(x, y, s=26, color=style.color, marker=marker, linewidths=0, label=label)
        if title:
            share = "" if isnan(drawing.agreement) else f" · {drawing.agreement:.1%}"
            axis.set_title(f"{title}{share}", fontsize=11, fontfamily=label_fonts([title]))
    for axis in axes:
        axis.set_axis_off()
    handles, labels = axes[0].get_legend_handles_labels()
    number = 1 + len(labels) // (34 * rows)
    fonts = label_fonts(labels)
    figure.legend(
        handles,
        labels,
        loc="outside right center",
        frameon=False,
        prop={"size": 8, "family": fonts},
        ncols=number,
    )
    return figure
