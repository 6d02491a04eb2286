"""Which characters are hardest to tell apart."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from kowairo.core import Corpus, EmbeddingSet
from kowairo.scoring import length_normalize

from .similarity_tree import similarity_tree
from .theme import PALETTE, SOFT, canvas, drawable, label_fonts, plotly_layout

# One hue from page to deep blue: order is readable without colour vision, and in grey.
_SCALE = ("#eef3fa", "#9dbfe8", "#2f74d0", "#12315f")
_LONGEST = 16
_TREE = 0.14  # height of the tree, of that of the picture


@dataclass(frozen=True)
class ConfusablePair:
    """Two characters that sound alike to the system.

    Attributes:
        first: One character.
        second: The other.
        similarity: Cosine of the characters' mean embeddings.
        first_line: Line of the first that is nearest to the second's mean.
        second_line: Line of the second that is nearest to the first's mean.
        same_actor: Whether one actor voices both; None if unknown.
    """

    first: str
    second: str
    similarity: float
    first_line: str
    second_line: str
    same_actor: bool | None


@dataclass(frozen=True, eq=False)
class Similarity:
    """Similarity of every two characters.

    Attributes:
        speakers: Characters, neighbours side by side.
        matrix: (speaker, speaker), cosine of mean embeddings; NaN on the
            diagonal.
        branches: (merge, 4, 2) corners of the tree that groups them, see `SimilarityTree`.
        lines: Line of each character that lies nearest to its mean.
    """

    speakers: list[str]
    matrix: NDArray[np.float64]
    branches: NDArray[np.float64]
    lines: list[str]


def speaker_means(embeddings: EmbeddingSet, corpus: Corpus) -> tuple[list[str], NDArray[np.float64]]:
    """Average the unit-length embeddings of each character.

    Returns:
        Characters (sorted) and their means (speaker, dim).
    """
    lines = _lines(embeddings, corpus)
    means = [np.mean(length_normalize(embeddings.rows(utts)), axis=0) for utts in lines.values()]
    dim = embeddings.vectors.shape[1]
    return list(lines), np.array(means, dtype=np.float64).reshape(len(lines), dim)


def similarity_matrix(embeddings: EmbeddingSet, corpus: Corpus, *, max_speakers: int = 40) -> Similarity:
    """Compare every two characters.

    Args:
        embeddings: Vectors of the lines.
        corpus: Their characters.
        max_speakers: Keep those of the most similar pairs when there are more.

    Returns:
        The matrix, in the order of a tree of the similarities, so that groups stand together.
    """
    speakers, means = speaker_means(embeddings, corpus)
    cosines = _cosines(means)
    alone = cosines - 4 * np.eye(len(cosines))
    kept = np.sort(np.argsort(-alone.max(axis=1, initial=-np.inf), kind="stable")[:max_speakers])
    tree = similarity_tree(cosines[np.ix_(kept, kept)])
    order = kept[tree.order]
    chosen = cosines[np.ix_(order, order)]
    np.fill_diagonal(chosen, np.nan)
    lines = _lines(embeddings, corpus)
    return Similarity(
        [speakers[row] for row in order],
        chosen,
        tree.branches,
        [_nearest_line(embeddings, lines[speakers[row]], means[row]) for row in order],
    )


def confusable_pairs(embeddings: EmbeddingSet, corpus: Corpus, *, count: int = 12) -> list[ConfusablePair]:
    """Find the pairs of characters whose mean embeddings are most alike.

    Args:
        embeddings: Vectors of the lines.
        corpus: Their characters, and actors where known.
        count: Number of pairs.

    Returns:
        Pairs, most similar first, each with the two lines that are most easily taken for the other.
    """
    speakers, means = speaker_means(embeddings, corpus)
    matrix = _cosines(means)
    rows, columns = np.triu_indices(len(speakers), k=1)
    best = np.argsort(-matrix[rows, columns], kind="stable")[:count]
    actors = corpus.spk_tables.get("spk2va", {})
    lines = _lines(embeddings, corpus)
    pairs = []
    for i, j in zip(rows[best].tolist(), columns[best].tolist(), strict=True):
        first, second = speakers[i], speakers[j]
        known = first in actors and second in actors
        pairs.append(
            ConfusablePair(
                first=first,
                second=second,
                similarity=float(matrix[i, j]),
                first_line=_nearest_line(embeddings, lines[first], means[j]),
                second_line=_nearest_line(embeddings, lines[second], means[i]),
                same_actor=actors[first] == actors[second] if known else None,
            )
        )
    return pairs


def similarity_plotly(similarity: Similarity, *, title_of: Mapping[str, str]) -> go.Figure:
    """Draw the matrix under its tree for the page; the custom data of a cell are the two lines to hear."""
    names = [html.escape(title_of.get(speaker, speaker)) for speaker in similarity.speakers]
    figure = go.Figure(layout=plotly_layout(x_title="", y_title=""))
    figure.add_heatmap(
        z=similarity.matrix.round(3).astype(np.float32),
        colorscale=[[i / (len(_SCALE) - 1), color] for i, color in enumerate(_SCALE)],
        text=[[f"{a}<br>{b}" for b in names] for a in names],
        customdata=[[[a, b] for b in similarity.lines] for a in similarity.lines],
        hovertemplate="%{text}<br>similarity %{z:.2f}<extra></extra>",
        colorbar={"thickness": 10, "outlinewidth": 0, "len": 0.8},
        xgap=1,
        ygap=1,
    )
    short = [_short(html.unescape(name)) for name in names]
    ticks = {
        "tickvals": list(range(len(names))),
        "ticktext": [html.escape(s) for s in short],
        "showgrid": False,
        "ticks": "",
    }
    figure.update_xaxes(**ticks, tickangle=-60, tickfont={"size": 10}, constrain="domain")
    figure.update_yaxes(**ticks, autorange="reversed", tickfont={"size": 10})
    _add_tree(figure, similarity)
    return figure


def _add_tree(figure: go.Figure, similarity: Similarity) -> None:
    """One line for all branches, with gaps between them, above the matrix."""
    gap = np.full((len(similarity.branches), 1, 2), np.nan)
    x, y = np.concatenate([similarity.branches, gap], axis=1).reshape(-1, 2).T.astype(np.float32)
    figure.add_scatter(
        x=x, y=y, yaxis="y2", mode="lines", line={"color": PALETTE[-1], "width": 1}, hoverinfo="skip"
    )
    figure.update_layout(
        showlegend=False,
        yaxis={"domain": [0.0, 1 - _TREE]},
        yaxis2={"domain": [1.01 - _TREE, 1.0], "visible": False, "rangemode": "tozero", "fixedrange": True},
    )


def similarity_matplotlib(similarity: Similarity, *, title_of: Mapping[str, str] | None = None) -> Figure:
    """Draw the matrix under its tree for a PNG."""
    names = [_short((title_of or {}).get(speaker, speaker)) for speaker in similarity.speakers]
    size = 2.5 + 0.17 * len(similarity.speakers)
    figure, (axis,) = canvas(width=size + 1, height=size)
    axis.grid(visible=False)
    image = axis.imshow(similarity.matrix, cmap=LinearSegmentedColormap.from_list("similarity", _SCALE))
    labels, fonts = drawable(names), label_fonts(names)
    axis.set_xticks(range(len(labels)), labels, rotation=90, fontsize=7, fontfamily=fonts)
    axis.set_yticks(range(len(labels)), labels, fontsize=7, fontfamily=fonts)
    figure.colorbar(image, ax=axis, shrink=0.7, label="cosine of mean embeddings")
    tree = axis.inset_axes((0.0, 1.01, 1.0, _TREE), sharex=axis)
    tree.add_collection(LineCollection(list(similarity.branches), colors=SOFT, linewidths=0.8))
    tree.set_ylim(0.0, 1.02 * float(similarity.branches[:, :, 1].max(initial=1e-3)))
    tree.set_axis_off()
    return figure


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"


def _lines(embeddings: EmbeddingSet, corpus: Corpus) -> dict[str, list[str]]:
    lines = {speaker: [u for u in utts if u in embeddings.index] for speaker, utts in corpus.spk2utt.items()}
    return {speaker: utts for speaker, utts in sorted(lines.items()) if utts}


def _nearest_line(embeddings: EmbeddingSet, utts: Sequence[str], mean: NDArray[np.float64]) -> str:
    return utts[int(np.argmax(length_normalize(embeddings.rows(utts)) @ mean))]


def _cosines(means: NDArray[np.float64]) -> NDArray[np.float64]:
    unit = length_normalize(means)
    return unit @ unit.T
