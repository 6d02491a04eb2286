"""Which unseen characters are hardest to tell apart."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from kowairo.core import Corpus, EmbeddingSet
from kowairo.scoring import length_normalize

from .theme import canvas, drawable, plotly_layout

# One hue from page to deep blue: order is readable without colour vision, and in grey.
_SCALE = ("#eef3fa", "#9dbfe8", "#2f74d0", "#12315f")


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
    """

    speakers: list[str]
    matrix: NDArray[np.float64]


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
        The matrix, ordered by walking from each character to its nearest
        unvisited one, so that groups stand together.
    """
    speakers, means = speaker_means(embeddings, corpus)
    matrix = _cosines(means)
    np.fill_diagonal(matrix, -np.inf)
    order: list[int] = []
    left = set(np.argsort(-matrix.max(axis=1, initial=-np.inf), kind="stable")[:max_speakers].tolist())
    while left:
        nearest = max(sorted(left), key=lambda i: matrix[order[-1], i] if order else matrix[i].max())
        order.append(nearest)
        left.remove(nearest)
    chosen = matrix[np.ix_(order, order)]
    return Similarity([speakers[i] for i in order], np.where(np.isfinite(chosen), chosen, np.nan))


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
    """Draw the matrix for the page."""
    names = [html.escape(title_of.get(speaker, speaker)) for speaker in similarity.speakers]
    figure = go.Figure(layout=plotly_layout(x_title="", y_title=""))
    figure.add_heatmap(
        z=similarity.matrix.round(3).astype(np.float32),
        colorscale=[[i / (len(_SCALE) - 1), color] for i, color in enumerate(_SCALE)],
        customdata=[[f"{a}<br>{b}" for b in names] for a in names],
        hovertemplate="%{customdata}<br>similarity %{z:.2f}<extra></extra>",
        colorbar={"thickness": 10, "outlinewidth": 0, "len": 0.8},
        xgap=1,
        ygap=1,
    )
    short = [name if len(name) <= 16 else name[:15] + "…" for name in map(html.unescape, names)]
    ticks = {
        "tickvals": list(range(len(names))),
        "ticktext": [html.escape(s) for s in short],
        "showgrid": False,
        "ticks": "",
    }
    figure.update_xaxes(**ticks, tickangle=-60, tickfont={"size": 10}, constrain="domain")
    figure.update_yaxes(**ticks, autorange="reversed", tickfont={"size": 10})
    return figure


def similarity_matplotlib(similarity: Similarity) -> Figure:
    """Draw the matrix for a PNG."""
    size = 2.5 + 0.17 * len(similarity.speakers)
    figure, (axis,) = canvas(width=size + 1, height=size)
    axis.grid(visible=False)
    image = axis.imshow(similarity.matrix, cmap=LinearSegmentedColormap.from_list("similarity", _SCALE))
    labels = drawable(similarity.speakers)
    axis.set_xticks(range(len(labels)), labels, rotation=90, fontsize=7)
    axis.set_yticks(range(len(labels)), labels, fontsize=7)
    figure.colorbar(image, ax=axis, shrink=0.7, label="cosine of mean embeddings")
    return figure


def _lines(embeddings: EmbeddingSet, corpus: Corpus) -> dict[str, list[str]]:
    lines = {speaker: [u for u in utts if u in embeddings.index] for speaker, utts in corpus.spk2utt.items()}
    return {speaker: utts for speaker, utts in sorted(lines.items()) if utts}


def _nearest_line(embeddings: EmbeddingSet, utts: Sequence[str], mean: NDArray[np.float64]) -> str:
    return utts[int(np.argmax(length_normalize(embeddings.rows(utts)) @ mean))]


def _cosines(means: NDArray[np.float64]) -> NDArray[np.float64]:
    unit = length_normalize(means)
    return unit @ unit.T
