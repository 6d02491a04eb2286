"""Command `kowairo evaluate`: every trial list of several sets, for one system."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kowairo.cli.score import load_cohort, percent
from kowairo.core import (
    Corpus,
    EmbeddingSet,
    InputError,
    Scores,
    Trials,
    read_scores,
    read_trials,
    write_json,
    write_scores,
)
from kowairo.scoring import (
    Cohort,
    ResultLabels,
    ResultRow,
    ScoreNormalizer,
    compare,
    evaluate_conditions,
    score_trials,
)
from kowairo.scoring import evaluate as evaluate_scores

PLAIN = "none"


@dataclass(frozen=True)
class _Job:
    """One system, and where its results go."""

    system: str
    out: Path
    reference: str | None
    num_replicates: int
    seed: int

    def score_file(self, system: str, set_name: str, trials: str, normalization: str) -> Path:
        return self.out / "scores" / system / set_name / f"{trials}.{normalization}.txt"

    def result_file(self, prefix: str, labels: ResultLabels) -> Path:
        name = f"{prefix}{labels.system}.{labels.set}.{labels.trials}.{labels.normalization}.json"
        return self.out / "results" / name


def evaluate(
    *,
    system: str,
    embeddings: Path,
    sets: dict[str, Path],
    out: Path,
    reference: str | None = None,
    normalizers: dict[str, ScoreNormalizer] | None = None,
    cohort: str = "train",
    cohort_corpus: Path | None = None,
    cohort_rows: Literal["utterances", "speakers"] = "speakers",
    num_replicates: int = 1000,
    seed: int = 0,
) -> None:
    """Score and measure every trial list of several sets, plainly and normalised, and against a reference.

    Reads `trials*` of each set. Writes `scores/<system>/<set>/<trials>.<normalization>.txt` and
    `results/<system>.<set>.<trials>.<normalization>.json`, with the conditions of the list `trials`; and
    `results/compare.*.json`, the paired difference from the plain scores of the reference.

    Args:
        system: Name of the system in the results.
        embeddings: Folder with an embedding set of each name.
        sets: Kaldi folder by name of the set, as `--sets.test DIR`.
        out: Experiment folder.
        reference: System to compare with; it must have been evaluated before.
        normalizers: ZNorm, TNorm, SNorm, AdaptiveSNorm ... by a name of yours, as
            {"as": {"class_path": "AdaptiveSNorm"}}.
        cohort: Name of the set under `embeddings` that normalisers draw impostors from.
        cohort_corpus: Kaldi folder of the cohort; needed with normalisers.
        cohort_rows: One row per utterance, or the mean of each speaker.
        num_replicates: Bootstrap replicates.
        seed: Seed of the bootstrap.
    """
    job = _Job(system, out, reference, num_replicates, seed)
    impostors = None
    if normalizers:
        if cohort_corpus is None:
            raise InputError("normalizers need --cohort_corpus DIR")
        impostors = load_cohort(embeddings / cohort, cohort_corpus, cohort_rows)
    for name, folder in sets.items():
        vectors, tables = EmbeddingSet.load(embeddings / name), Corpus.read(folder)
        lists = _trial_lists(folder)
        raw = {path.name: score_trials(vectors, trials) for path, trials in lists.items()}
        for path, trials in lists.items():
            _measure(job, raw[path.name], trials, tables, _labels(job, name, path, PLAIN))
        for short, normalizer in (normalizers or {}).items():
            if impostors is None or name == cohort:
                continue
            _fit(normalizer, vectors, list(lists.values()), impostors, tables)
            for path, trials in lists.items():
                scores = normalizer.transform(raw[path.name])
                _measure(job, scores, trials, tables, _labels(job, name, path, short))


def _trial_lists(folder: Path) -> dict[Path, Trials]:
    paths = sorted(path for path in folder.glob("trials*") if path.is_file())
    if not paths:
        raise InputError(f"{folder} has no trials; `kowairo trials make --corpus {folder}` draws some")
    return {path: read_trials(path) for path in paths}


def _labels(job: _Job, name: str, path: Path, normalization: str) -> ResultLabels:
    return ResultLabels(system=job.system, set=name, trials=path.name, normalization=normalization)


def _fit(
    normalizer: ScoreNormalizer, vectors: EmbeddingSet, lists: list[Trials], cohort: Cohort, tables: Corpus
) -> None:
    needed = sorted({utt for trials in lists for utt in (*trials.enroll, *trials.test)})
    normalizer.fit(vectors.subset(needed), cohort, utt2spk=tables.utt2spk)


def _measure(job: _Job, scores: Scores, trials: Trials, tables: Corpus, labels: ResultLabels) -> None:
    write_scores(job.score_file(job.system, labels.set, labels.trials, labels.normalization), scores)
    rows = _rows(job, scores, trials, tables, labels)
    write_json(job.result_file("", labels), rows if len(rows) > 1 else rows[0])
    print(
        f"{labels.system} {labels.set} {labels.trials} {labels.normalization}: EER {percent(rows[0], 'eer')}"
    )
    if job.reference is None:
        return
    other = read_scores(job.score_file(job.reference, labels.set, labels.trials, PLAIN))
    row = compare(
        scores,
        other,
        trials,
        tables.utt2spk,
        labels=labels,
        reference=job.reference,
        num_replicates=job.num_replicates,
        seed=job.seed,
    )
    write_json(job.result_file("compare.", labels), row)


def _rows(job: _Job, scores: Scores, trials: Trials, tables: Corpus, labels: ResultLabels) -> list[ResultRow]:
    if labels.trials == "trials" and labels.normalization == PLAIN:
        return evaluate_conditions(
            scores, trials, tables, labels=labels, num_replicates=job.num_replicates, seed=job.seed
        )
    return [
        evaluate_scores(
            scores, trials, tables.utt2spk, labels=labels, num_replicates=job.num_replicates, seed=job.seed
        )
    ]
