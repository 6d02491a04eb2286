"""An evaluation folder: trials, scores under several systems, and what else is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kowairo.core import Corpus, InputError, Trials, file_digest, read_overlap_note, read_table, read_trials
from kowairo.scoring.calibration import OperatingPoints

from ..comparison.runs import Run, ScoreFile, read_runs
from ..names import is_ratio, normalization_label, system_label
from ..results import HEADLINE_SET, HEADLINE_TRIALS, Result, read_results
from ..scored_system import ScoredSystem, read_system
from ..stage_record import StageRecord, read_stages


@dataclass(frozen=True, eq=False)
class Evaluated:
    """Scores of one system and normalisation.

    Attributes:
        file: Where they come from.
        digest: SHA-256 of the file.
        scored: The scores, joined to the trials.
        overlap: What the trials share with the encoder's training, "" if nothing.
    """

    file: ScoreFile
    digest: str
    scored: ScoredSystem
    overlap: str

    @property
    def is_ratio(self) -> bool:
        """Whether the scores are log-likelihood ratios."""
        return is_ratio(self.file.normalization)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Everything that the page shows.

    Attributes:
        folder: The evaluation folder.
        set_name: Set of the trials.
        trials_name: Name of the trial list.
        trials: The trials.
        trials_digest: SHA-256 of the trial list.
        systems: Scores, plain ones of the first system first.
        others: Score files of other trial lists, which the page leaves out.
        corpus: Tables and audio of the set, None if it has no `wav.scp`.
        rows: Stored results by condition, of this list.
        operating_points: Stored operating points by "<system>.<normalisation>".
        stages: What each stage of the recipe cost, if a recipe ran.
    """

    folder: Path
    set_name: str
    trials_name: str
    trials: Trials
    trials_digest: str
    systems: tuple[Evaluated, ...]
    others: tuple[ScoreFile, ...]
    corpus: Corpus | None
    rows: tuple[Result, ...]
    operating_points: Mapping[str, OperatingPoints]
    stages: tuple[StageRecord, ...]

    @property
    def main(self) -> Evaluated:
        """The scores that the headline speaks of: those before any normalisation, of the first system."""
        return next((one for one in self.systems if not one.is_ratio), self.systems[0])

    @property
    def main_ratio(self) -> Evaluated | None:
        """The likelihood ratios made of the headline scores, else the first ones, None without any."""
        ratios = self.ratios
        plain = self.main.file
        return next(
            (r for r in ratios if r.file.system == plain.system and "+" not in r.file.normalization),
            ratios[0] if ratios else None,
        )

    @property
    def ratios(self) -> list[Evaluated]:
        """Those scores that are log-likelihood ratios."""
        return [one for one in self.systems if one.is_ratio]


def read_evaluation(
    folder: Path,
    *,
    set_name: str | None = None,
    trials: str | None = None,
    trial_folder: Path | None = None,
) -> Evaluation:
    """Read an evaluation folder.

    It holds `scores/<system>/<set>/<trials>.<normalisation>.txt` and `data/<set>/` with the trial list and
    `utt2spk`; everything else may be missing: further Kaldi tables there, `results/*.json` by condition,
    `operating_points/<system>.<normalisation>.json`, `stages/`. Scores whose normalisation ends in "llr",
    "calibrated", "fused" or "qmf" (alone, or after a "+" as in "as+calibrated") are taken for natural
    log-likelihood ratios.

    Args:
        folder: The folder; an experiment folder of a recipe is one too.
        set_name: Set to show; "test" if there is one, else the first.
        trials: Trial list to show; "trials" if there is one, else the first.
        trial_folder: Kaldi folder of the set where it does not lie in `data/<set>`.

    Returns:
        The evaluation.

    Raises:
        InputError: The folder has no such scores, or a file is missing or broken.
    """
    run = read_runs([folder])[0]
    place = _place(run, set_name, trials)
    data = trial_folder or run.set_folder(place[0])
    path = data / place[1]
    if not path.is_file():
        raise InputError(f"{path}: the trials of {run.folder} are missing")
    listed = read_trials(path)
    # Without speakers there are error rates, but no intervals.
    utt2spk = read_table(data / "utt2spk") if (data / "utt2spk").is_file() else None
    chosen = [file for file in run.scores if (file.set_name, file.trials) == place]
    return Evaluation(
        folder=folder,
        set_name=place[0],
        trials_name=place[1],
        trials=listed,
        trials_digest=file_digest(path),
        systems=tuple(_evaluated(file, listed, utt2spk) for file in chosen),
        others=tuple(file for file in run.scores if (file.set_name, file.trials) != place),
        corpus=Corpus.read(data) if (data / "wav.scp").is_file() else None,
        rows=tuple(row for row in read_results(folder / "results")[0] if (row.set_name, row.trials) == place),
        operating_points={
            points.stem: OperatingPoints.load(points)
            for points in sorted((folder / "operating_points").glob("*.json"))
        },
        stages=tuple(read_stages(folder / "stages")),
    )


def _place(run: Run, set_name: str | None, trials: str | None) -> tuple[str, str]:
    """Set and trial list to show."""
    places = list(dict.fromkeys((file.set_name, file.trials) for file in run.scores))
    fitting = [
        place
        for place in places
        if (set_name is None or place[0] == set_name) and (trials is None or place[1] == trials)
    ]
    if not fitting:
        known = ", ".join(f"{one}/{other}" for one, other in places)
        raise InputError(f"{run.folder}: no scores of {trials or 'trials'} on {set_name}; it has {known}")
    return min(fitting, key=lambda place: (place[0] != HEADLINE_SET, place[1] != HEADLINE_TRIALS))


def _evaluated(file: ScoreFile, trials: Trials, utt2spk: Mapping[str, str] | None) -> Evaluated:
    label, norm = system_label(file.system), normalization_label(file.normalization)
    label = label if norm == "none" else f"{label}, {norm}"
    scored, overlap = read_system(label, file.path, trials, utt2spk), read_overlap_note(file.path)
    return Evaluated(file, file_digest(file.path), scored, "" if overlap is None else str(overlap))
