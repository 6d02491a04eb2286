"""One table of several runs: error rates with intervals, and paired differences to the first run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError, Trials, file_digest, read_overlap_note, read_table, read_trials
from kowairo.scoring import Interval, paired_bootstrap, speaker_bootstrap

from ..results import HEADLINE_SET, HEADLINE_TRIALS, Estimate
from ..scored_system import read_system
from .runs import Run, ScoreFile, read_runs

Verdict = Literal["reference", "better", "worse", "undecided", "not paired"]
P_TARGETS = (0.01, 0.05)
"""Target priors of the minDCFs."""


@dataclass(frozen=True)
class ComparedRow:
    """One system of one run on one trial list.

    Attributes:
        run: Name of the run.
        folder: Its experiment folder.
        scores: Score file that every figure is computed from.
        scores_digest: SHA-256 of the score file.
        trials_file: Trial list.
        trials_digest: SHA-256 of the trial list.
        num_target: Target trials.
        num_nontarget: Non-target trials.
        num_speakers: Speakers in the trials.
        eer: Equal error rate, fraction.
        min_dcf: Normalised minDCF by target prior.
        reference: Name of the run that this one is compared with, "" for that run itself.
        difference: EER minus that of the reference with the paired interval, None if not paired.
        p_value: Two-sided p-value of the difference in EER, None if not paired.
        min_dcf_difference: Difference of each minDCF, empty if not paired.
        min_dcf_p_value: Two-sided p-value of each, empty if not paired.
        remark: Why there is no difference, or why to trust the intervals little; "" if all is well.
    """

    run: str
    folder: Path
    scores: ScoreFile
    scores_digest: str
    trials_file: Path
    trials_digest: str
    num_target: int
    num_nontarget: int
    num_speakers: int
    eer: Estimate
    min_dcf: Mapping[float, Estimate]
    reference: str
    difference: Estimate | None
    p_value: float | None
    min_dcf_difference: Mapping[float, Estimate]
    min_dcf_p_value: Mapping[float, float]
    remark: str

    @property
    def verdict(self) -> Verdict:
        """What the paired interval of the EER says; undecided where it holds zero."""
        if not self.reference:
            return "reference"
        if self.difference is None or self.difference.low is None or self.difference.high is None:
            return "not paired"
        if self.difference.low <= 0 <= self.difference.high:
            return "undecided"
        return "better" if self.difference.value < 0 else "worse"


@dataclass(frozen=True)
class ComparisonTable:
    """The table and how it was computed.

    Attributes:
        rows: Grouped by trial list and system, runs in the given order.
        reference: Name of the run that the others are compared with.
        p_targets: Target priors of the minDCFs.
        num_replicates: Bootstrap replicates of every interval.
        seed: Seed of the bootstrap.
    """

    rows: tuple[ComparedRow, ...]
    reference: str
    p_targets: tuple[float, ...]
    num_replicates: int
    seed: int


@dataclass(frozen=True, eq=False)
class _Scored:
    """A score file joined to its trials."""

    run: Run
    file: ScoreFile
    trials_file: Path
    values: NDArray[np.float64]
    trials: Trials
    speakers: tuple[list[str], list[str]]

    @property
    def place(self) -> tuple[str, str, str, str]:
        """What is comparable between runs; the trained encoders are, whatever they are called."""
        system = "" if self.file.system == self.run.main_system else self.file.system
        return (self.file.set_name, self.file.trials, system, self.file.normalization)


def compare_runs(
    folders: Sequence[Path],
    *,
    names: Sequence[str] | None = None,
    set_names: Sequence[str] = (HEADLINE_SET,),
    trials: Sequence[str] = (HEADLINE_TRIALS,),
    systems: Sequence[str] | None = None,
    normalizations: Sequence[str] | None = None,
    trial_folders: Mapping[str, Path] | None = None,
    p_targets: Sequence[float] = P_TARGETS,
    num_replicates: int = 1000,
    seed: int = 0,
) -> ComparisonTable:
    """Compute error rates and paired differences of several runs from their stored scores.

    A row is compared with the same trial list, normalisation and system of the first run; the trained
    encoders count as one system, whatever their names. It is paired only where both runs scored the same
    trials: the difference of two figures on different trials has no paired interval, and none is made up.

    Args:
        folders: Experiment folders; the first is the reference.
        names: A name for each run; the folders' names by default.
        set_names: Sets to show.
        trials: Trial lists to show.
        systems: Systems to show, named as in `scores/`; by default each run's trained encoder.
        normalizations: Score normalisations to show; by default all.
        trial_folders: Kaldi folder by set, for sets that do not lie in the experiments' `data/<set>`.
        p_targets: Target priors of the minDCFs.
        num_replicates: Bootstrap replicates.
        seed: Seed of the bootstrap.

    Returns:
        The table.

    Raises:
        InputError: A folder has no scores, nothing matches the choice, or a file is missing or broken.
    """
    runs = read_runs(folders, names=names, trial_folders=trial_folders)
    if not runs:
        raise InputError("expected at least one run to compare")
    chosen = [
        (run, file)
        for run in runs
        for file in run.scores
        if file.set_name in set_names
        and file.trials in trials
        and file.system in (systems or (run.main_system,))
        and (normalizations is None or file.normalization in normalizations)
    ]
    if not chosen:
        raise InputError(f"no scores of {', '.join(trials)} on {', '.join(set_names)} match the choice")
    scored = [_read_scored(run, file) for run, file in chosen]
    order = {place: number for number, place in enumerate(dict.fromkeys(one.place for one in scored))}
    references = {one.place: one for one in scored if one.run is runs[0]}
    rows = [
        _row(
            one,
            references.get(one.place),
            runs[0],
            tuple(p_targets),
            num_replicates=num_replicates,
            seed=seed,
        )
        for one in sorted(scored, key=lambda one: order[one.place])
    ]
    return ComparisonTable(tuple(rows), runs[0].name, tuple(p_targets), num_replicates, seed)


def _read_scored(run: Run, file: ScoreFile) -> _Scored:
    folder = run.set_folder(file.set_name)
    path = folder / file.trials
    if not path.is_file():
        raise InputError(f"{file.path}: its trials are missing, expected {path}")
    trials = read_trials(path)
    system = read_system(file.system, file.path, trials, read_table(folder / "utt2spk"))
    if system.speakers is None:
        raise InputError(f"{folder}: no utt2spk")
    return _Scored(run, file, path, system.scores, trials, system.speakers)


def _row(
    one: _Scored,
    reference: _Scored | None,
    reference_run: Run,
    p_targets: tuple[float, ...],
    *,
    num_replicates: int,
    seed: int,
) -> ComparedRow:
    own = speaker_bootstrap(
        one.values,
        one.trials.target,
        *one.speakers,
        p_targets=p_targets,
        num_replicates=num_replicates,
        seed=seed,
    )
    is_reference = one.run is reference_run
    remark, matched = ("", None) if is_reference else _matched(one, reference, reference_run.name)
    paired = None
    if matched is not None:
        paired = paired_bootstrap(
            one.values,
            matched,
            one.trials.target,
            *one.speakers,
            p_targets=p_targets,
            num_replicates=num_replicates,
            seed=seed,
        )
    return ComparedRow(
        run=one.run.name,
        folder=one.run.folder,
        scores=one.file,
        scores_digest=file_digest(one.file.path),
        trials_file=one.trials_file,
        trials_digest=file_digest(one.trials_file),
        num_target=int(one.trials.target.sum()),
        num_nontarget=int((~one.trials.target).sum()),
        num_speakers=own.num_speakers,
        eer=_estimate(own.eer),
        min_dcf={prior: _estimate(own.min_dcf[prior]) for prior in p_targets},
        reference="" if is_reference else reference_run.name,
        difference=_estimate(paired.eer) if paired else None,
        p_value=paired.eer_p_value if paired else None,
        min_dcf_p_value=dict(paired.min_dcf_p_value) if paired else {},
        min_dcf_difference={p: _estimate(paired.min_dcf[p]) for p in p_targets} if paired else {},
        remark="; ".join(filter(None, (remark or own.warning, _overlap(one.file.path)))),
    )


def _overlap(scores: Path) -> str:
    counts = read_overlap_note(scores)
    return "" if counts is None else str(counts)


def _matched(one: _Scored, reference: _Scored | None, name: str) -> tuple[str, NDArray[np.float64] | None]:
    """Reference scores in the order of the row's trials, or a remark on why there are none."""
    if reference is None:
        return f"{name} has no such scores", None
    keys = list(zip(one.trials.enroll, one.trials.test, one.trials.target.tolist(), strict=True))
    theirs = list(
        zip(reference.trials.enroll, reference.trials.test, reference.trials.target.tolist(), strict=True)
    )
    if keys == theirs:
        return "", reference.values
    if len(keys) != len(theirs) or set(keys) != set(theirs):
        return f"not the trials of {name}", None
    value = dict(zip(theirs, reference.values.tolist(), strict=True))
    return "", np.array([value[key] for key in keys])


def _estimate(interval: Interval) -> Estimate:
    return Estimate(interval.value, interval.low, interval.high)
