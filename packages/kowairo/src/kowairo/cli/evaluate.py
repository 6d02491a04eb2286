"""Command `kowairo evaluate`: every trial list of several sets, for one system."""

from pathlib import Path
from typing import Literal

from kowairo.cli.evaluated_sets import EvaluationFiles, Measurement, find_overlaps, score_set
from kowairo.cli.label_tables import read_labels
from kowairo.cli.normalize import read_cohort
from kowairo.cli.saved_kinds import open_backend
from kowairo.cli.set_calibration import SetCalibration
from kowairo.core import InputError
from kowairo.scoring import Calibrator, CohortRecipe, ScoreNormalizer


def evaluate(
    *,
    system: str,
    embeddings: Path,
    sets: dict[str, Path],
    out: Path,
    reference: str | None = None,
    backend: Path | None = None,
    normalizers: dict[str, ScoreNormalizer] | None = None,
    cohort: str = "train",
    cohort_corpus: Path | None = None,
    cohort_rows: Literal["utterances", "speakers"] = "speakers",
    calibration: list[str] | None = None,
    calibrator: Calibrator | None = None,
    min_calibration_speakers: int = 20,
    worst: int = 20,
    allow_overlap: bool = False,
    num_replicates: int = 1000,
    seed: int = 0,
) -> None:
    """Score and measure every trial list of several sets, plainly, normalised, calibrated, and compare.

    Stops where the encoder of the embeddings was trained on audio or a speaker of a trial list.
    Reads `trials*` of each set. Writes `scores/<system>/<set>/<trials>.<normalization>.txt` and
    `results/<system>.<set>.<trials>.<normalization>.json`, with the conditions of the list `trials`;
    `results/compare.*.json`, the paired difference from the plain scores of the reference;
    `worst/<system>.<set>.tsv`, the worst trials of the list `trials` with paths; and with calibration
    log-likelihood ratios as the normalisation `calibrated` or `<normalization>+calibrated`, and
    `operating_points/<system>.<normalization>.json`.

    Args:
        system: Name of the system in the results.
        embeddings: Folder with embeddings of each name.
        sets: Kaldi folder by name of the set, as `--sets.test DIR`.
        out: Experiment folder.
        reference: System to compare with; it must have been evaluated before.
        backend: Folder that `kowairo backend fit` wrote; without one the cosine of the embeddings.
        normalizers: ZNorm, TNorm, SNorm, AdaptiveSNorm ... by a name of yours, as
            {"as": {"class_path": "AdaptiveSNorm"}}.
        cohort: Name of the set under `embeddings` that normalisers draw impostors from.
        cohort_corpus: Kaldi folder of the cohort; needed with normalisers.
        cohort_rows: One row per utterance, or the mean of each speaker.
        calibration: Sets whose list `trials` may be calibrated on: the first that is there, has enough
            speakers and shares none with the cohort.
        calibrator: Kind of calibration; logistic by default.
        min_calibration_speakers: Fewest speakers that are enough.
        worst: So many of the worst trials of each kind; 0 lists none.
        allow_overlap: Evaluate voices of the encoder's training too, and mark scores and results.
        num_replicates: Bootstrap replicates.
        seed: Seed of the bootstrap.
    """
    overlaps = find_overlaps(sets, embeddings, allow=allow_overlap)
    impostors, tables = None, None
    if normalizers:
        if cohort_corpus is None:
            raise InputError("normalizers need --cohort_corpus DIR")
        impostors = read_cohort(embeddings / cohort, cohort_corpus, CohortRecipe(rows=cohort_rows))
    if cohort_corpus is not None:
        tables = read_labels(cohort_corpus)
    opened = None if backend is None else open_backend(backend)
    files = EvaluationFiles(system, out)
    measurement = Measurement(files, reference, worst, num_replicates, seed)
    evaluated = []
    for name, folder in sets.items():
        chosen = {} if name == cohort else normalizers or {}
        one = score_set(name, folder, embeddings / name, backend=opened, normalizers=chosen, cohort=impostors)
        one.overlaps.update(overlaps[name])
        for (trials, normalization), scores in one.scores.items():
            measurement.measure(one, trials, normalization, scores)
        evaluated.append(one)
    if calibration:
        known = () if tables is None else tables.speakers
        chosen_set = SetCalibration.choose(evaluated, calibration, known, fewest=min_calibration_speakers)
        if chosen_set is not None:
            chosen_set.calibrate(calibrator, evaluated, measurement)
