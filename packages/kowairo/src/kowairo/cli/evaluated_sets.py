"""Sets of one evaluation: their scores, the files these go to, and how they are measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kowairo.cli.compare import percent
from kowairo.cli.metrics import marked, write_rows
from kowairo.cli.trial_files import blaming
from kowairo.cli.trial_overlap import admitted_overlap
from kowairo.core import (
    Corpus,
    InputError,
    OverlapCounts,
    Scores,
    Trials,
    open_embeddings,
    read_scores,
    read_trials,
    write_json,
    write_overlap_note,
    write_scores,
)
from kowairo.scoring import (
    Backend,
    Cohort,
    ResultLabels,
    ResultRow,
    ScoreNormalizer,
    compare,
    evaluate,
    evaluate_conditions,
    llr_metrics,
    score_trials,
    worst_trials,
    write_worst_trials,
)

PLAIN = "none"
HEADLINE = "trials"
CALIBRATED = "calibrated"


@dataclass(frozen=True, eq=False)
class EvaluatedSet:
    """A set, its trial lists and their scores."""

    name: str
    """Name of the set."""
    folder: Path
    """Its Kaldi folder."""
    tables: Corpus
    """Its tables."""
    lists: dict[str, Trials]
    """Trial lists by file name."""
    scores: dict[tuple[str, str], Scores] = field(default_factory=dict)
    """Scores by list and normalisation."""
    overlaps: dict[str, OverlapCounts] = field(default_factory=dict)
    """What a list shares with the encoder's training, for those that share something."""


def find_overlaps(
    sets: Mapping[str, Path], embeddings: Path, *, allow: bool
) -> dict[str, dict[str, OverlapCounts]]:
    """Look for voices of the encoder's training in every trial list of some sets.

    Args:
        sets: Kaldi folder with `trials*` by name of the set.
        embeddings: Folder with embeddings of each name.
        allow: Go on where some are found.

    Returns:
        What was found, by set and list.

    Raises:
        InputError: Some were found and are not allowed, or a set has no trials.
    """
    found: dict[str, dict[str, OverlapCounts]] = {name: {} for name in sets}
    for name, path in [(name, path) for name, folder in sets.items() for path in _trial_lists(folder)]:
        counts = admitted_overlap(embeddings / name, read_trials(path), path, allow=allow)
        if counts is not None:
            found[name][path.name] = counts
    return found


def score_set(
    name: str,
    folder: Path,
    embeddings: Path,
    *,
    backend: Backend | None,
    normalizers: Mapping[str, ScoreNormalizer],
    cohort: Cohort | None,
) -> EvaluatedSet:
    """Score every trial list of a set, plainly and by every normaliser.

    Args:
        name: Name of the set.
        folder: Kaldi folder with `trials*`.
        embeddings: Embeddings of any form.
        backend: Fitted back-end, None for the cosine.
        normalizers: By name; fitted here on each set anew.
        cohort: Impostors of the normalisers.

    Raises:
        InputError: The set has no trials, an utterance no embedding, or the cohort shares a speaker.
    """
    paths = _trial_lists(folder)
    vectors, lists = open_embeddings(embeddings), {path.name: read_trials(path) for path in paths}
    one = EvaluatedSet(name, folder, Corpus.read(folder), lists)
    with blaming(embeddings):
        for trials, listed in lists.items():
            one.scores[trials, PLAIN] = score_trials(vectors, listed, backend)
        if cohort is not None and normalizers:
            needed = sorted({utt for listed in lists.values() for utt in (*listed.enroll, *listed.test)})
            chosen = vectors.subset(needed)
            for short, normalizer in normalizers.items():
                normalizer.fit(chosen, cohort, utt2spk=one.tables.utt2spk)
                for trials in lists:
                    one.scores[trials, short] = normalizer.transform(one.scores[trials, PLAIN])
    return one


def _trial_lists(folder: Path) -> list[Path]:
    paths = sorted(path for path in folder.glob("trials*") if path.is_file())
    if not paths:
        raise InputError(f"{folder} has no trials; `kowairo trials make --corpus {folder}` draws some")
    return paths


@dataclass(frozen=True)
class EvaluationFiles:
    """Where the files of one system's evaluation lie."""

    system: str
    """Name of the system."""
    out: Path
    """Experiment folder."""

    def scores(self, system: str, set_name: str, trials: str, normalization: str) -> Path:
        """Score file."""
        return self.out / "scores" / system / set_name / f"{trials}.{normalization}.txt"

    def result(self, labels: ResultLabels, *, prefix: str = "") -> Path:
        """Result file."""
        name = f"{prefix}{labels.system}.{labels.set}.{labels.trials}.{labels.normalization}.json"
        return self.out / "results" / name

    def worst(self, set_name: str) -> Path:
        """Worst trials of a set's headline list."""
        return self.out / "worst" / f"{self.system}.{set_name}.tsv"

    def operating_points(self, normalization: str) -> Path:
        """Operating points on calibrated scores."""
        return self.out / "operating_points" / f"{self.system}.{normalization}.json"


@dataclass(frozen=True)
class Measurement:
    """How scores become result files."""

    files: EvaluationFiles
    """Where they go."""
    reference: str | None
    """System to compare with."""
    worst: int
    """Worst trials of each kind."""
    num_replicates: int
    """Bootstrap replicates."""
    seed: int
    """Seed of the bootstrap."""

    def measure(self, one: EvaluatedSet, trials: str, normalization: str, scores: Scores) -> None:
        """Write scores and everything that is measured on them.

        Args:
            one: The set.
            trials: Name of the list.
            normalization: Name of the normalisation; log-likelihood ratios are called calibrated.
            scores: The scores.
        """
        system = self.files.system
        overlap = one.overlaps.get(trials)
        path = self.files.scores(system, one.name, trials, normalization)
        write_scores(path, scores)
        write_overlap_note(path, overlap)
        labels = ResultLabels(system=system, set=one.name, trials=trials, normalization=normalization)
        with blaming(one.folder / trials):
            rows = self._rows(one, scores, labels)
        write_rows(self.files.result(labels), rows, overlap)
        figures = f"EER {percent(rows[0], 'eer')}"
        if "cllr" in rows[0]:
            figures = f"Cllr {rows[0]['cllr']:.3f}, min-Cllr {rows[0]['min_cllr']:.3f}"
        print(f"{system} {one.name} {trials} {normalization}: {figures}{marked(overlap)}")
        if self.reference is not None and not _is_calibrated(normalization):
            self._compare(self.reference, one, scores, labels)

    def _rows(self, one: EvaluatedSet, scores: Scores, labels: ResultLabels) -> list[ResultRow]:
        listed, count, seed = one.lists[labels.trials], self.num_replicates, self.seed
        if (labels.trials, labels.normalization) == (HEADLINE, PLAIN):
            if self.worst:
                found = worst_trials(scores, listed, one.tables, n=self.worst)
                write_worst_trials(self.files.worst(one.name), found)
            return evaluate_conditions(
                scores, listed, one.tables, labels=labels, num_replicates=count, seed=seed
            )
        row = evaluate(scores, listed, one.tables.utt2spk, labels=labels, num_replicates=count, seed=seed)
        return [row | llr_metrics(scores, listed) if _is_calibrated(labels.normalization) else row]

    def _compare(self, reference: str, one: EvaluatedSet, scores: Scores, labels: ResultLabels) -> None:
        row = compare(
            scores,
            read_scores(self.files.scores(reference, one.name, labels.trials, PLAIN)),
            one.lists[labels.trials],
            one.tables.utt2spk,
            labels=labels,
            reference=reference,
            num_replicates=self.num_replicates,
            seed=self.seed,
        )
        write_json(self.files.result(labels, prefix="compare."), row)


def _is_calibrated(normalization: str) -> bool:
    return normalization.rpartition("+")[2] == CALIBRATED
