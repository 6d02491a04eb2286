"""The report: one self-contained HTML page, and a PNG of each picture."""

import logging
from collections.abc import Sequence
from pathlib import Path

from kowairo.core import Corpus, InputError, atomic_path

from .clips import make_clips
from .experiment import Experiment, read_experiment
from .figures.confusion import confusable_pairs, similarity_matrix
from .figures.map import display_name, line_map, spread_over_speakers
from .figures.theme import save_png
from .rendering import render_page
from .sections.curves import calibration_section, scores_section
from .sections.headline import headline_html
from .sections.outcome import conditions_section, enhancement_section, results_section
from .sections.record import data_section, provenance_section, training_section
from .sections.section import Section
from .sections.voices import map_section, pairs_section

_log = logging.getLogger(__name__)

MAX_BYTES = 20_000_000
"""The page is refused beyond this size: it would open slowly, and mail would not take it."""


def make_report(exp: Path, out: Path, *, title: str, max_clips: int = 300, seed: int = 0) -> Path:
    """Write the report of an experiment.

    The page opens from disk without a network: figures, plotly.js and audio
    clips are inside, and its content policy forbids anything else. Parts
    that the experiment does not have are left out.

    Args:
        exp: Experiment folder.
        out: Folder to write `report.html` and the PNGs to; made if missing.
        title: Heading of the page.
        max_clips: Number of audio clips at most.
        seed: Seed of the map and of the choice of lines and clips.

    Returns:
        Path of the page.

    Raises:
        InputError: The experiment folder is missing, a file in it is broken,
            `max_clips` is negative, or the page would exceed 20 MB.
    """
    if max_clips < 0:
        raise InputError(f"max_clips must not be negative, got {max_clips}")
    experiment = read_experiment(Path(exp))
    voices, clips = _voices(experiment, max_clips=max_clips, seed=seed)
    found = (
        results_section(experiment),
        scores_section(experiment),
        calibration_section(experiment),
        conditions_section(experiment),
        *voices,
        enhancement_section(experiment),
        training_section(experiment),
        data_section(experiment),
        provenance_section(experiment),
    )
    sections = [section for section in found if section is not None]
    page = render_page(title, headline_html(experiment), sections, clips)
    size = len(page.encode())
    if size > MAX_BYTES:
        raise InputError(
            f"the page would be {size / 1e6:.1f} MB, more than {MAX_BYTES / 1e6:.0f}; lower max_clips"
        )
    for section in sections:
        for name, figure in section.images.items():
            save_png(figure, Path(out) / f"{name}.png")
    target = Path(out) / "report.html"
    with atomic_path(target) as partial:
        partial.write_text(page, encoding="utf-8")
    _log.info("wrote %s, %.1f MB, %d clips", target, size / 1e6, len(clips))
    return target


def _voices(
    experiment: Experiment, *, max_clips: int, seed: int
) -> tuple[list[Section | None], dict[str, dict[str, str]]]:
    corpus, embeddings = experiment.test, experiment.embeddings
    if corpus is None or embeddings is None:
        return [], {}
    drawing = line_map(embeddings, corpus, seed=seed)
    pairs = confusable_pairs(embeddings, corpus)
    lines_of_pairs = [utt for pair in pairs for utt in (pair.first_line, pair.second_line)]
    clips = make_clips(
        clip_choice(lines_of_pairs, drawing.utts, corpus, count=max_clips, seed=seed), corpus.audio
    )
    playable = list(clips)
    sections = [
        map_section([drawing], corpus, playable=playable),
        pairs_section(pairs, similarity_matrix(embeddings, corpus), corpus, playable=playable),
    ]
    return sections, {utt: {"audio": uri, "about": about_line(utt, corpus)} for utt, uri in clips.items()}


def clip_choice(
    first: Sequence[str], mapped: Sequence[str], corpus: Corpus, *, count: int, seed: int
) -> list[str]:
    """Choose lines that get a clip.

    Args:
        first: These before all others.
        mapped: Then these, in turns of the characters.
        corpus: Their characters.
        count: So many at most.
        seed: Of the order within a character.
    """
    by_speaker: dict[str, list[str]] = {}
    for utt in mapped:
        by_speaker.setdefault(corpus.utt2spk[utt], []).append(utt)
    spread = spread_over_speakers(by_speaker, maximum=count, seed=seed)
    return list(dict.fromkeys([*first, *spread]))[:count]


def about_line(utt: str, corpus: Corpus) -> str:
    """Describe a line in one sentence for the player: who, how, what; plain text."""
    tables = corpus.utt_tables
    how = [tables.get(name, {}).get(utt) for name in ("utt2emotion", "utt2kind", "utt2title")]
    who = ", ".join([display_name(corpus.utt2spk[utt], corpus), *(word for word in how if word)])
    text = tables.get("text", {}).get(utt, "")
    return f"{who}: {text}" if text else who
