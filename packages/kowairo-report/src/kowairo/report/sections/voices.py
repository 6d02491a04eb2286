"""Characters: a map of their lines and the pairs that are hard to tell apart."""

import html
import json
from collections.abc import Mapping, Sequence
from math import isnan

from kowairo.core import Corpus

from ..figures.confusion import (
    ConfusablePair,
    Similarity,
    similarity_matplotlib,
    similarity_plotly,
)
from ..figures.layouts import METHOD_NAMES
from ..figures.map import LineMap, MarkerStyle, display_name, map_matplotlib, map_plotly
from ..tables import html_table
from .section import Section, figure_box, plot_box


def map_section(
    drawings: Sequence[LineMap], corpus: Corpus, *, playable: Sequence[str], who: str = "unseen characters"
) -> Section:
    """Draw the map of one encoder, or of several side by side, with one legend to tap.

    Args:
        drawings: Maps of the same lines.
        corpus: The characters.
        playable: Lines that have a clip in the page.
        who: What the characters are, for the heading.

    Returns:
        The section.
    """
    first = drawings[0]
    has_actors = bool(corpus.spk_tables.get("spk2va"))
    symbol = "symbol per voice actor" if has_actors else "symbol too"
    caption = (
        f"{METHOD_NAMES[first.method]} of {len(first.utts):,} lines of {len(first.styles)} {who}: colour per "
        f"character, {symbol}. Near points sound alike to the encoder; distances between far groups mean "
        "little."
    )
    if not isnan(first.agreement):
        shares = "; ".join(
            (f"{html.escape(one.title)} " if one.title else "") + f"<b>{one.agreement:.1%}</b>"
            for one in drawings
        )
        caption += f" Lines whose nearest other line is of the same character, by the embeddings: {shares}."
    if playable:
        caption += f" Click one of the {len(playable)} filled points, or ▸ in the legend, to hear a line."
    chips = "".join(
        _chip(number, speaker, first.names[speaker], style, _clips_of(speaker, first, playable), corpus)
        for number, (speaker, style) in enumerate(first.styles.items())
    )
    boxes = "".join(_map_box(_map_name(number), one) for number, one in enumerate(drawings))
    body = (
        f"<figure><figcaption>{caption}</figcaption>"
        + (boxes if len(drawings) == 1 else f'<div class="figures maps">{boxes}</div>')
        + f'<ul class="legend" aria-label="Characters: choose some to show only these">{chips}</ul></figure>'
    )
    plots = {_map_name(number): map_plotly(one, playable=playable) for number, one in enumerate(drawings)}
    return Section("map", f"Map of {who}", body, plots, {"map": map_matplotlib(*drawings)})


def _map_name(number: int) -> str:
    return f"map-{number + 1}" if number else "map"


def _map_box(name: str, drawing: LineMap) -> str:
    of = f" by {drawing.title}" if drawing.title else ""
    alt = f"Map of {len(drawing.utts)} lines of {len(drawing.styles)} characters{of}; the legend lists them."
    title = f"<h3>{html.escape(drawing.title)}</h3>" if drawing.title else ""
    return f"<div>{title}{plot_box(name, alt=alt, shape='map')}</div>"


def _clips_of(speaker: str, drawing: LineMap, playable: Sequence[str]) -> list[str]:
    own = {utt for utt, owner in zip(drawing.utts, drawing.speakers, strict=True) if owner == speaker}
    return [utt for utt in playable if utt in own]


def _chip(
    number: int, speaker: str, name: str, style: MarkerStyle, clips: Sequence[str], corpus: Corpus
) -> str:
    actor = corpus.spk_tables.get("spk2va", {}).get(speaker)
    hint = f"{name}, voiced by {actor}" if actor else name
    path = f'<path fill="{style.color}" d="{style.symbol.path}"/>'
    icon = f'<svg viewBox="0 0 12 12" aria-hidden="true">{path}</svg>'
    chip = (
        f'<button type="button" data-character="{number}" aria-pressed="false" title="{html.escape(hint)}">'
        f"{icon}{html.escape(name)}</button>"
    )
    return f"<li>{chip}{play_button(clips, name) if clips else ''}</li>"


def play_button(clips: Sequence[str], name: str) -> str:
    """Return a button that plays lines in turn; the name is for screen readers."""
    ids = html.escape(json.dumps(list(clips), ensure_ascii=False))
    label = html.escape(f"Play {name}")
    return f'<button type="button" class="play" data-clips="{ids}" aria-label="{label}">▸</button>'


def pairs_section(
    pairs: Sequence[ConfusablePair],
    similarity: Similarity,
    corpus: Corpus,
    *,
    playable: Sequence[str],
    who: str = "unseen characters",
) -> Section | None:
    """List the most confusable pairs with a player each; None for fewer than two characters."""
    if not pairs:
        return None
    names = {speaker: display_name(speaker, corpus) for speaker in corpus.speakers}
    with_actors = any(pair.same_actor is not None for pair in pairs)
    text = corpus.utt_tables.get("text", {})
    rows = []
    for pair in pairs:
        cells = [
            _line(pair.first, pair.first_line, names, text, playable),
            _line(pair.second, pair.second_line, names, text, playable),
        ]
        if with_actors:
            cells.append({True: "same", False: "different", None: "unknown"}[pair.same_actor])
        rows.append([*cells, f"{pair.similarity:.3f}"])
    headers = ["Character", "Character", *(["Actors"] if with_actors else []), "Similarity"]
    table = html_table(headers, rows, caption=f"Most confusable pairs of {who}", numeric=1)
    best = pairs[0]
    alt = (
        f"Similarity of {len(similarity.speakers)} characters; the most alike are {names[best.first]} and "
        f"{names[best.second]} with {best.similarity:.2f}"
    )
    caption = (
        "Cosine of the characters' mean embeddings; darker is more alike. The tree above joins groups by the "
        "mean of their cosines."
    )
    if playable:
        caption += " Click a cell to hear a line of both."
    box = figure_box(
        "confusion",
        caption=caption,
        alt=alt,
        shape="matrix",
    )
    intro = (
        "<p>Similarity is the cosine of two characters' mean embeddings. Each line is the one of its "
        "character that lies nearest to the other character.</p>"
    )
    plot = similarity_plotly(similarity, title_of=names)
    image = similarity_matplotlib(similarity, title_of=names)
    return Section(
        "pairs", "Most confusable pairs", intro + table + box, {"confusion": plot}, {"confusion": image}
    )


def _line(
    speaker: str, utt: str, names: Mapping[str, str], text: Mapping[str, str], playable: Sequence[str]
) -> str:
    button = play_button([utt], names[speaker]) if utt in playable else ""
    words = text.get(utt, "")
    short = words if len(words) <= 60 else words[:59] + "…"
    name = f"<b>{html.escape(names[speaker])}</b>"
    return f'<div class="line">{button}<span>{name}{html.escape(short)}</span></div>'
