"""Pictures of voices for use alone: a map, a matrix of similarities, a timeline."""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kowairo.core import Corpus, EmbeddingSet, InputError, atomic_path

from .clips import make_clips
from .figures.confusion import confusable_pairs, similarity_matrix
from .figures.layouts import LayoutMethod
from .figures.map import line_map
from .figures.timeline import UNKNOWN, Span, Timeline, clock, timeline_matplotlib, timeline_plotly
from .page import MAX_BYTES, about_line, clip_choice
from .pictures import FORMATS, save_image
from .rendering import render_page
from .sections.section import Section, figure_box
from .sections.voices import map_section, pairs_section, play_button
from .tables import html_table

Clips = Mapping[str, Mapping[str, str]]
"""Data URI ("audio") and description ("about") by clip."""


@dataclass(frozen=True, eq=False)
class VoicePage:
    """One picture of voices, as a page with players and as an image.

    Attributes:
        title: Heading, plain text.
        section: Text and figures; its first image is the picture.
        clips: Clips by name.
    """

    title: str
    section: Section
    clips: Clips

    def save(self, path: Path) -> int:
        """Write it in the format that the file's ending names: .png, .svg or .html.

        Args:
            path: Its folder is made if missing.

        Returns:
            Bytes written.

        Raises:
            InputError: The ending is none of these, or the page would exceed 20 MB.
        """
        ending = path.suffix.lower().removeprefix(".")
        if ending not in FORMATS:
            raise InputError(f"{path}: expected an ending in {', '.join(FORMATS)}")
        path.parent.mkdir(parents=True, exist_ok=True)
        if ending != "html":
            save_image(next(iter(self.section.images.values())), path)
        else:
            content = render_page(self.title, "", [self.section], self.clips).encode()
            if len(content) > MAX_BYTES:
                raise InputError(f"{path}: the page would be {len(content) / 1e6:.1f} MB; lower max_clips")
            with atomic_path(path) as partial:
                partial.write_bytes(content)
        return path.stat().st_size


def map_page(
    models: Mapping[str, EmbeddingSet],
    corpus: Corpus,
    *,
    title: str,
    method: LayoutMethod = "tsne",
    max_lines: int = 1200,
    max_clips: int = 200,
    clip_s: float = 3.0,
    seed: int = 0,
) -> VoicePage:
    """Draw the map of lines by one encoder, or by several side by side.

    Args:
        models: Embeddings by the name of the encoder, all of the same lines.
        corpus: Characters, audio and what is known about the lines.
        title: Heading.
        method: Way of the layout.
        max_lines: So many lines at most, in turns of the characters.
        max_clips: So many clips at most; lines without audio have none.
        clip_s: Length of a clip at most, s.
        seed: Of the choice and of the layout.

    Raises:
        InputError: There are no embeddings of these lines, or UMAP is asked for and not installed.
    """
    drawings = [
        line_map(
            one, corpus, max_lines=max_lines, seed=seed, method=method, title=name if len(models) > 1 else ""
        )
        for name, one in models.items()
    ]
    if not drawings or not drawings[0].utts:
        raise InputError("there are no embeddings of these lines")
    chosen = clip_choice([], drawings[0].utts, corpus, count=max_clips, seed=seed)
    clips = line_clips(chosen, corpus, clip_s=clip_s)
    section = map_section(drawings, corpus, playable=list(clips), who="characters")
    return VoicePage(title, _untitled(section), clips)


def similarity_page(
    embeddings: EmbeddingSet,
    corpus: Corpus,
    *,
    title: str,
    max_speakers: int = 60,
    max_pairs: int = 12,
    max_clips: int = 200,
    clip_s: float = 3.0,
) -> VoicePage:
    """Draw how alike every two characters are, and list the pairs that are hardest to tell apart.

    Args:
        embeddings: Vectors of the lines.
        corpus: Characters, audio and what is known about the lines.
        title: Heading.
        max_speakers: With more characters, those of the most similar pairs.
        max_pairs: Length of the list.
        max_clips: So many clips at most.
        clip_s: Length of a clip at most, s.

    Raises:
        InputError: There are fewer than two characters.
    """
    similarity = similarity_matrix(embeddings, corpus, max_speakers=max_speakers)
    pairs = confusable_pairs(embeddings, corpus, count=max_pairs)
    if not pairs:
        raise InputError(f"a matrix needs two characters or more, got {len(similarity.speakers)}")
    first = [utt for pair in pairs for utt in (pair.first_line, pair.second_line)]
    chosen = list(dict.fromkeys([*first, *similarity.lines]))[:max_clips]
    clips = line_clips(chosen, corpus, clip_s=clip_s)
    section = pairs_section(pairs, similarity, corpus, playable=list(clips), who="characters")
    if section is None:
        raise InputError("a matrix needs two characters or more")
    return VoicePage(title, _untitled(section), clips)


def timeline_page(timeline: Timeline, *, title: str, clips: Mapping[Span, str]) -> VoicePage:
    """Draw who speaks when in a long recording.

    Args:
        timeline: The stretches.
        title: Heading.
        clips: Data URI of a stretch's sound, for those that have one.

    Raises:
        InputError: There is no stretch.
    """
    if not timeline.spans:
        raise InputError(f"{timeline.source}: no window of it can be used; is it silent?")
    names = {span: f"s{number}" for number, span in enumerate(timeline.spans) if span in clips}
    content = {names[span]: {"audio": clips[span], "about": _about(span)} for span in names}
    rows = []
    for voice, seconds in timeline.talk_s.items():
        own = [names[span] for span in timeline.spans if span.voice == voice and span in names]
        label = html.escape(voice or UNKNOWN)
        button = play_button(own, voice or UNKNOWN) if own else ""
        share = seconds / sum(timeline.talk_s.values())
        rows.append([f'<div class="line">{button}<b>{label}</b></div>', clock(seconds), f"{share:.1%}"])
    table = html_table(("Voice", "Time", "Share"), rows, caption="Who speaks how long", numeric=2)
    caption = (
        f"{len(timeline.spans)} stretches in {clock(timeline.duration_s)} of {html.escape(timeline.source)}."
    )
    if timeline.threshold is None:
        caption += " No threshold is set: every stretch goes to the most similar voice."
    else:
        caption += f" Below the cosine {timeline.threshold:.2f} (dashed) nobody of the gallery is named."
    if clips:
        caption += " Click a bar to hear its beginning."
    alt = "Timeline: " + "; ".join(
        f"{voice or UNKNOWN} {clock(seconds)}" for voice, seconds in timeline.talk_s.items()
    )
    body = figure_box("timeline", caption=caption, alt=alt, shape="timeline") + table
    plots = {"timeline": timeline_plotly(timeline, clips=names)}
    images = {"timeline": timeline_matplotlib(timeline)}
    return VoicePage(title, Section("timeline", "", body, plots, images), content)


def line_clips(utts: list[str], corpus: Corpus, *, clip_s: float = 3.0) -> dict[str, dict[str, str]]:
    """Encode lines for a page, with what the player says of them."""
    encoded = make_clips(utts, corpus.audio, max_seconds=clip_s)
    return {utt: {"audio": uri, "about": about_line(utt, corpus)} for utt, uri in encoded.items()}


def _about(span: Span) -> str:
    return f"{span.voice or UNKNOWN}, {clock(span.start_s)} to {clock(span.end_s)}, cosine {span.score:.2f}"


def _untitled(section: Section) -> Section:
    """The heading of the page is enough where the section is alone."""
    return Section(section.identifier, "", section.body, section.plots, section.images)
