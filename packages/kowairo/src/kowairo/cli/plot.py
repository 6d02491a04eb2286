"""Commands `kowairo plot ...`: pictures of scores."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from kowairo.cli.label_tables import read_labels
from kowairo.cli.trial_files import read_trial_files
from kowairo.core import InputError
from kowairo.report.comparison.runs import short_names
from kowairo.report.pictures import FORMATS, Picture, save_picture
from kowairo.report.plots import (
    ape_picture,
    det_picture,
    reliability_picture,
    scores_picture,
    tippett_picture,
)
from kowairo.report.scored_system import ScoredSystem, read_system
from kowairo.scoring import OperatingPoints


def det(
    *,
    scores: list[Path],
    trials: Path,
    out: Path,
    nontarget_trials: Path | None = None,
    labels: list[str] | None = None,
    corpus: Path | None = None,
    spk2enroll: Path | None = None,
    operating_points: Path | None = None,
    p_targets: list[float] | None = None,
    num_replicates: int = 300,
    seed: int = 0,
) -> None:
    """Draw DET curves of one system or more on the same trials.

    Args:
        scores: Score file of each system.
        trials: Trial list, of any convention that `kowairo score` reads.
        out: Picture: .png, .svg or .html.
        nontarget_trials: Non-targets of a list that comes as two files.
        labels: Name of each system; those of the files by default.
        corpus: Kaldi folder of the trials' utterances, or a file in the form of utt2spk: gives 95 % bands.
        spk2enroll: Enrolment utterances of models, for lists whose enrolment side names models.
        operating_points: File of `kowairo calibrate --operating_points`, to mark its thresholds.
        p_targets: Priors of a target whose minDCF is marked; 0.01 and 0.05 by default.
        num_replicates: Bootstrap replicates of the bands; 0 draws none.
        seed: Seed of the bootstrap.
    """
    _check_ending(out)
    systems = _systems(scores, labels, trials, nontarget_trials, corpus, spk2enroll)
    points = {} if operating_points is None else OperatingPoints.load(operating_points).points
    picture = det_picture(
        systems,
        p_targets=(0.01, 0.05) if p_targets is None else p_targets,
        thresholds={name: point.threshold for name, point in points.items()} or None,
        num_replicates=num_replicates,
        seed=seed,
    )
    _write(picture, out)


def scores(
    *,
    scores: list[Path],
    trials: Path,
    out: Path,
    nontarget_trials: Path | None = None,
    labels: list[str] | None = None,
    bins: int = 60,
) -> None:
    """Draw score histograms of one system or more.

    Args:
        scores: Score file of each system.
        trials: Trial list, of any convention that `kowairo score` reads.
        out: Picture: .png, .svg or .html.
        nontarget_trials: Non-targets of a list that comes as two files.
        labels: Name of each system; those of the files by default.
        bins: Number of bins.
    """
    _check_ending(out)
    _write(scores_picture(_systems(scores, labels, trials, nontarget_trials), bins=bins), out)


def tippett(
    *,
    scores: list[Path],
    trials: Path,
    out: Path,
    nontarget_trials: Path | None = None,
    labels: list[str] | None = None,
) -> None:
    """Draw Tippett plots of log-likelihood ratios.

    Args:
        scores: File of log-likelihood ratios of each system, as `kowairo calibrate` writes.
        trials: Trial list, of any convention that `kowairo score` reads.
        out: Picture: .png, .svg or .html.
        nontarget_trials: Non-targets of a list that comes as two files.
        labels: Name of each system; those of the files by default.
    """
    _check_ending(out)
    _write(tippett_picture(_systems(scores, labels, trials, nontarget_trials)), out)


def calibration(
    *,
    scores: list[Path],
    trials: Path,
    out: Path,
    nontarget_trials: Path | None = None,
    labels: list[str] | None = None,
    kind: Literal["reliability", "ape"] = "reliability",
    prior: float = 0.5,
) -> None:
    """Draw how far log-likelihood ratios can be trusted.

    Args:
        scores: File of log-likelihood ratios of each system, as `kowairo calibrate` writes.
        trials: Trial list, of any convention that `kowairo score` reads.
        out: Picture: .png, .svg or .html.
        nontarget_trials: Non-targets of a list that comes as two files.
        labels: Name of each system; those of the files by default.
        kind: Reliability diagram at one prior, or the probability of error over all priors.
        prior: Of the reliability diagram: prior of a target.
    """
    _check_ending(out)
    systems = _systems(scores, labels, trials, nontarget_trials)
    _write(reliability_picture(systems, prior=prior) if kind == "reliability" else ape_picture(systems), out)


def _check_ending(out: Path) -> None:
    """Refuse a format that there is not, before the work.

    Raises:
        InputError: The ending names none.
    """
    if out.suffix.lower().removeprefix(".") not in FORMATS:
        raise InputError(f"{out}: expected an ending in {', '.join(FORMATS)}")


def _systems(
    scores: Sequence[Path],
    labels: Sequence[str] | None,
    trials: Path,
    nontarget_trials: Path | None,
    corpus: Path | None = None,
    spk2enroll: Path | None = None,
) -> list[ScoredSystem]:
    if labels is not None and len(labels) != len(scores):
        raise InputError(f"expected a label for each of {len(scores)} score files, got {len(labels)}")
    listed = read_trial_files(trials, nontarget_trials)
    utt2spk = None if corpus is None else read_labels(corpus, spk2enroll=spk2enroll).utt2spk
    names = labels or short_names([path.with_suffix("") for path in scores])
    return [read_system(name, path, listed, utt2spk) for name, path in zip(names, scores, strict=True)]


def _write(picture: Picture, out: Path) -> None:
    print(save_picture(picture, out))
