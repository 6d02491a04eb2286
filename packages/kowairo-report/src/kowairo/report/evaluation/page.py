"""The evaluation page: one self-contained HTML file, a PNG and an SVG of each picture, and the figures."""

import logging
from dataclasses import asdict
from pathlib import Path

from kowairo.core import InputError, atomic_path, write_json

from ..clips import make_clips
from ..page import MAX_BYTES, about_line
from ..pictures import save_image
from ..rendering import render_page
from .folder import Evaluation, read_evaluation
from .measures import Measures, measure
from .sections import (
    calibration_section,
    conditions_section,
    conventions_section,
    curves_section,
    headline_html,
    measures_section,
    operating_points_section,
)
from .worst import worst_of_each_kind
from .worst_section import about_section, clip_order, worst_section

_log = logging.getLogger(__name__)


def make_evaluation_page(
    folder: Path,
    out: Path,
    *,
    title: str,
    set_name: str | None = None,
    trials: str | None = None,
    trial_folder: Path | None = None,
    num_replicates: int = 1000,
    num_worst: int = 10,
    max_clips: int = 40,
    seed: int = 0,
) -> Path:
    """Write the evaluation page of a folder of scores: see `read_evaluation` for what it may hold.

    Args:
        folder: Evaluation folder.
        out: Folder to write `evaluation.html`, `evaluation.json` and the pictures to; made if missing.
        title: Heading of the page.
        set_name: Set to show; "test" if there is one, else the first.
        trials: Trial list to show; "trials" if there is one, else the first.
        trial_folder: Kaldi folder of the set where it does not lie in `data/<set>`.
        num_replicates: Replicates of the speaker bootstrap.
        num_worst: Worst trials of each kind to list.
        max_clips: Audio clips in the page at most.
        seed: Seed of the bootstrap.

    Returns:
        Path of the page.

    Raises:
        InputError: The folder has no such scores, a file in it is broken, a number is negative, or the page
            would exceed 20 MB.
    """
    if min(num_worst, max_clips) < 0:
        raise InputError(f"num_worst and max_clips must not be negative, got {num_worst} and {max_clips}")
    evaluation = read_evaluation(Path(folder), set_name=set_name, trials=trials, trial_folder=trial_folder)
    measures = measure(evaluation, num_replicates=num_replicates, seed=seed)
    misses, false_alarms = worst_of_each_kind(evaluation.main.scored, evaluation.trials, count=num_worst)
    clips = _clips(evaluation, clip_order(misses, false_alarms)[:max_clips])
    found = (
        measures_section(evaluation, measures),
        curves_section(evaluation, num_replicates=min(num_replicates, 300), seed=seed),
        calibration_section(evaluation, measures),
        operating_points_section(evaluation),
        conditions_section(evaluation),
        worst_section(misses, false_alarms, evaluation.corpus, playable=clips),
        conventions_section(evaluation),
        about_section(evaluation, num_replicates=num_replicates, seed=seed),
    )
    sections = [section for section in found if section is not None]
    page = render_page(title, headline_html(evaluation, measures), sections, clips)
    if len(page.encode()) > MAX_BYTES:
        raise InputError(f"the page would be {len(page.encode()) / 1e6:.1f} MB; lower max_clips")
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    for section in sections:
        for name, figure in section.images.items():
            for ending in ("png", "svg"):
                save_image(figure, out / f"{name}.{ending}")
    write_json(out / "evaluation.json", [_record(evaluation, one) for one in measures])
    target = out / "evaluation.html"
    with atomic_path(target) as partial:
        partial.write_text(page, encoding="utf-8")
    _log.info("wrote %s, %.1f MB, %d clips", target, len(page.encode()) / 1e6, len(clips))
    return target


def _clips(evaluation: Evaluation, utts: list[str]) -> dict[str, dict[str, str]]:
    corpus = evaluation.corpus
    if corpus is None or not utts:
        return {}
    encoded = make_clips(utts, corpus.audio)
    return {utt: {"audio": uri, "about": about_line(utt, corpus)} for utt, uri in encoded.items()}


def _record(evaluation: Evaluation, one: Measures) -> dict[str, object]:
    """Plain values of one line of the table; priors become part of the names."""
    values = asdict(one)
    record: dict[str, object] = {"set": evaluation.set_name, "trials": evaluation.trials_name}
    record |= {
        name: values[name] for name in ("system", "normalization", "threshold", "cllr", "min_cllr", "warning")
    }
    estimates = {"eer": one.eer, "difference": one.difference}
    estimates |= {f"min_dcf_{prior:g}": estimate for prior, estimate in one.min_dcf.items()}
    for name, estimate in estimates.items():
        if estimate is not None:
            record |= {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    return record | {f"act_dcf_{prior:g}": value for prior, value in one.act_dcf.items()}
