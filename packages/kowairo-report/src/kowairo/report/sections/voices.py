"""The unseen characters: a map of their lines and the pairs that are hard to tell apart."""

import html
import json
from collections.abc import Mapping, Sequence

from kowairo.core import Corpus

from ..figures.confusion import (
    ConfusablePair,
    Similarity,
    similarity_matplotlib,
    similarity_plotly,
)
from ..figures.map import LineMap, MarkerStyle, display_name, map_matplotlib, map_plotly
from ..tables import html_table
from .section import Section, figure_box


def map_section(drawing: LineMap, corpus: Corpus, *, playable: Sequence[str]) -> Section:
    """Draw the map with a legend to tap.

    Args:
        drawing: The map.
        corpus: The unseen characters.
        playable: Lines that have a clip in the page.

    Returns:
        The section.
    """
    names = {speaker: display_name(speaker, corpus) for speaker in drawing.styles}
    has_actors = bool(corpus.spk_tables.get("spk2va"))
    symbol = "symbol per voice actor" if has_actors else "symbol too"
    caption = (
        f"t-SNE of {len(drawing.utts):,} lines of {len(names)} unseen characters: colour per character, "
        f"{symbol}. Near points sound alike to the encoder; distances between far groups mean little."
    )
    if playable:
        caption += f" Click one of the {len(playable)} filled points, or ▸ in the legend, to hear a line."
    alt = (
        f"Map of {len(drawing.utts)} lines of {len(names)} characters; the legend below lists the characters."
    )
    chips = "".join(
        _chip(number, speaker, names[speaker], style, _clips_of(speaker, drawing, playable), corpus)
        for number, (speaker, style) in enumerate(drawing.styles.items())
    )
    body = figure_box("map", caption=caption, alt=alt, shape="map").replace(
        "</figure>",
        f'<ul class="legend" aria-label="Characters: choose some to show only these">{chips}</ul></figure>',
    )
    plot = map_plotly(drawing, playable=playable, title_of=names)
    return Section("map", "Map of unseen characters", body, {"map": plot}, {"map": map_matplotlib(drawing)})


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
    pairs: Sequence[ConfusablePair], similarity: Similarity, corpus: Corpus, *, playable: Sequence[str]
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
    table = html_table(headers, rows, caption="Most confusable pairs of unseen characters", numeric=1)
    best = pairs[0]
    alt = (
        f"Similarity of {len(similarity.speakers)} characters; the most alike are {names[best.first]} and "
        f"{names[best.second]} with {best.similarity:.2f}"
    )
    box = figure_box(
        "confusion",
        caption="Cosine of the characters' mean embeddings; darker is more alike",
        alt=alt,
        shape="matrix",
    )
    intro = (
        "<p>Similarity is the cosine of two characters' mean embeddings. Each line is the one of its "
        "character that lies nearest to the other character.</p>"
    )
    plot = similarity_plotly(similarity, title_of=names)
    image = similarity_matplotlib(similarity)
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
