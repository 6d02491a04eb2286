"""Map of the lines of unseen characters: colour per character, symbol per actor."""

import html
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.manifold import TSNE

from kowairo.core import Corpus, EmbeddingSet
from kowairo.scoring import length_normalize

from .theme import PALETTE, SYMBOLS, Symbol, canvas, drawable, plotly_layout

_HOVER_CHARACTERS = 120


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
        hover: Text of each line for the hover box, HTML-escaped.
    """

    utts: list[str]
    positions: NDArray[np.float64]
    speakers: list[str]
    styles: Mapping[str, MarkerStyle]
    hover: list[str]


def line_map(embeddings: EmbeddingSet, corpus: Corpus, *, max_lines: int = 1200, seed: int = 0) -> LineMap:
    """Lay out the lines of a corpus by t-SNE of cosine distances.

    Args:
        embeddings: Vectors of the lines.
        corpus: Speakers and what is known about the lines.
        max_lines: Draw at most this many lines, as many of each character
            as possible.
        seed: Seed of the choice and of the layout.

    Returns:
        The map, lines in the order of the corpus.

    Source: L. van der Maaten and G. Hinton (2008); perplexity 30, less for few lines.
    """
    known = [utt for utt in corpus.utts if utt in embeddings.index]
    by_speaker: dict[str, list[str]] = {}
    for utt in known:
        by_speaker.setdefault(corpus.utt2spk[utt], []).append(utt)
    chosen = set(spread_over_speakers(by_speaker, maximum=max_lines, seed=seed))
    utts = [utt for utt in known if utt in chosen]
    actors = corpus.spk_tables.get("spk2va", {})
    return LineMap(
        utts=utts,
        positions=tsne(embeddings.rows(utts), seed=seed),
        speakers=[corpus.utt2spk[utt] for utt in utts],
        styles=marker_styles(sorted(by_speaker, key=lambda name: (actors.get(name, name), name)), actors),
        hover=[hover_text(utt, corpus) for utt in utts],
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


def tsne(vectors: NDArray[np.float32], *, seed: int) -> NDArray[np.float64]:
    """Place vectors in the plane so that neighbours by cosine stay neighbours.

    Args:
        vectors: (line, dim), none of them zero.
        seed: Seed of the layout.

    Returns:
        (line, 2), without unit. Fewer than four lines are too few for t-SNE and
        stand on a circle.
    """
    count = len(vectors)
    if count < 4:
        angle = 2 * np.pi * np.arange(count) / max(count, 1)
        return np.column_stack([np.cos(angle), np.sin(angle)])
    perplexity = min(30.0, (count - 1) / 3)
    # Euclidean distance of unit vectors orders like cosine distance, and its tree is exact and fast.
    layout = TSNE(perplexity=perplexity, init="pca" if vectors.shape[1] > 1 else "random", random_state=seed)
    return np.asarray(layout.fit_transform(length_normalize(vectors).astype(np.float32)), dtype=np.float64)


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


def map_plotly(drawing: LineMap, *, playable: Sequence[str], title_of: Mapping[str, str]) -> go.Figure:
    """Draw the map for the page, one trace per character.

    Args:
        drawing: The map.
        playable: Lines with a clip in the page; drawn filled, the others pale.
        title_of: Name to show by character.

    Returns:
        The figure; the custom data of a point is its utterance id.
    """
    figure = go.Figure(layout=plotly_layout(x_title="", y_title=""))
    with_clip = set(playable)
    for speaker, style in drawing.styles.items():
        rows = [row for row, owner in enumerate(drawing.speakers) if owner == speaker]
        figure.add_scatter(
            x=drawing.positions[rows, 0].astype(np.float32),
            y=drawing.positions[rows, 1].astype(np.float32),
            mode="markers",
            name=html.escape(title_of.get(speaker, speaker)),
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


def map_matplotlib(drawing: LineMap) -> Figure:
    """Draw the map for a PNG, with a legend beside it."""
    figure, (axis,) = canvas(width=10, height=7)
    speakers = np.array(drawing.speakers)
    for (speaker, style), label in zip(drawing.styles.items(), drawable(list(drawing.styles)), strict=True):
        x, y = drawing.positions[speakers == speaker].T
        axis.scatter(x, y, s=26, color=style.color, marker=style.symbol.matplotlib, linewidths=0, label=label)
    axis.set_axis_off()
    columns = 1 + len(drawing.styles) // 34
    axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8, ncols=columns)
    return figure
