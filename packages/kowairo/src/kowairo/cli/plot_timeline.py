"""Command `kowairo plot timeline`: who of a gallery speaks when."""

from pathlib import Path
from typing import Literal

from kowairo.cli.opened_gallery import choose_rule, open_embedder
from kowairo.cli.plot_voices import check_endings, save_all
from kowairo.core import AudioRef, InputError, atomic_path
from kowairo.inference.gallery import Gallery
from kowairo.inference.gallery.timeline import speaker_timeline
from kowairo.report.clips import cut_clips
from kowairo.report.figures.timeline import UNKNOWN, Span, Timeline, clock
from kowairo.report.voice_pages import timeline_page


def draw_timeline(
    *,
    gallery: str,
    file: str,
    out: list[Path],
    encoder: str | None = None,
    threshold: float | None = None,
    scoring: Literal["centroid", "mean", "max"] | None = None,
    window_s: float = 2.0,
    hop_s: float = 0.5,
    switch_cost: float = 0.2,
    spans: Path | None = None,
    max_clips: int = 100,
    clip_s: float = 5.0,
    title: str = "Who speaks when",
) -> None:
    """Draw who of a gallery speaks when in a recording of any length.

    Args:
        gallery: Folder or URL.
        file: The recording.
        out: Pictures: .png, .svg, or .html with players.
        encoder: What opens the gallery's encoder, where that has moved.
        threshold: Lowest cosine of a voice; that kept with the gallery by default, and without one every
            stretch goes to somebody.
        scoring: Score of a voice: centroid, mean or max.
        window_s: Length of the sliding window, s.
        hop_s: From the start of one window to that of the next, s.
        switch_cost: What a change of speaker costs, in cosines; 0 judges each window alone.
        spans: Write the stretches to this file too: start, end and voice with TAB between, as Audacity reads
            labels.
        max_clips: Stretches that can be heard in the page at most, the longest.
        clip_s: Length of a clip at most, s.
        title: Heading of the page.
    """
    check_endings(out)
    if max_clips < 0 or clip_s <= 0:
        raise InputError(f"expected 0 clips or more of more than 0 s, got {max_clips} of {clip_s} s")
    opened = Gallery.open(gallery)
    rule = choose_rule(opened, threshold, None, scoring)
    embedder = open_embedder(opened, encoder)
    embedder.vad = None
    limit = None if rule is None else rule.threshold
    found = speaker_timeline(
        opened,
        embedder,
        file,
        threshold=limit,
        window_s=window_s,
        hop_s=hop_s,
        switch_cost=switch_cost,
        scoring=rule.scoring if rule is not None else scoring or "centroid",
    )
    drawn = [Span(one.start_s, one.end_s, one.voice, one.score) for one in found.spans]
    timeline = Timeline(Path(file).name, drawn, found.times_s, found.best, limit, found.end_s)
    has_page = any(path.suffix.lower() == ".html" for path in out)
    longest = sorted(drawn, key=lambda one: one.start_s - one.end_s)
    heard = longest[:max_clips] if has_page else []
    stretches = [(one.start_s, one.end_s) for one in heard]
    clips = cut_clips(AudioRef.parse(file), stretches, max_seconds=clip_s)
    page = timeline_page(timeline, title=title, clips=dict(zip(heard, clips, strict=True)))
    if spans is not None:
        _write_labels(drawn, spans)
    for voice, seconds in timeline.talk_s.items():
        print(f"{voice or UNKNOWN}\t{clock(seconds)}")
    save_all(page, out)


def _write_labels(spans: list[Span], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{one.start_s:.3f}\t{one.end_s:.3f}\t{one.voice or UNKNOWN}\n" for one in spans]
    with atomic_path(path) as partial:
        partial.write_text("".join(lines), encoding="utf-8")
