"""An experiment folder as the report reads it; whatever a run did not write is simply absent."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kowairo.core import Corpus, EmbeddingSet, InputError, read_table, read_trials

from .corpus_record import DropSummary, read_drops, read_merge_map, read_tsv
from .names import is_ratio, normalization_label, system_label
from .results import (
    BASELINE,
    HEADLINE_SET,
    HEADLINE_TRIALS,
    PLAIN_NORMALIZATIONS,
    Comparison,
    Result,
    read_results,
)
from .scored_system import ScoredSystem, read_system
from .stage_record import StageRecord, read_stages
from .training_log import TrainingLog, read_training_log

_SET_ORDER = ("all", "train", "closed", "valid", "test", "seen_actor")


@dataclass(frozen=True, eq=False)
class ScoredTrials:
    """Scores of the headline trials under one system and normalisation.

    Attributes:
        system: Name of the system.
        normalization: Name of the score normalisation.
        scored: The scores, under their name on screen.
    """

    system: str
    normalization: str
    scored: ScoredSystem

    @property
    def is_plain(self) -> bool:
        """Whether the scores were left unnormalised."""
        return self.normalization in PLAIN_NORMALIZATIONS

    @property
    def is_ratio(self) -> bool:
        """Whether the scores are log-likelihood ratios."""
        return is_ratio(self.normalization)


@dataclass(frozen=True, eq=False)
class Experiment:
    """What a recipe wrote, read for the report.

    Attributes:
        folder: The experiment folder.
        rows: Result rows.
        comparisons: Paired comparisons.
        scores: Scores of the headline trials, plain ones first.
        corpora: Sets by name, in the order of the recipe.
        embeddings: Embeddings of the unseen characters by the main system, or
            None.
        training: Training curves, or None.
        drops: What the import left out, or None.
        confusion: Lines of `merge/confusion.tsv`, header included.
        merged: Training character to the character it was merged into.
        stages: What each stage cost.
        configs: Resolved settings of each training stage, YAML text.
        is_synthetic: Whether the voices are those of the built-in synthetic
            visual novel.
    """

    folder: Path
    rows: list[Result]
    comparisons: list[Comparison]
    scores: list[ScoredTrials]
    corpora: Mapping[str, Corpus]
    embeddings: EmbeddingSet | None
    training: TrainingLog | None
    drops: DropSummary | None
    confusion: list[list[str]]
    merged: Mapping[str, str]
    stages: list[StageRecord]
    configs: Mapping[str, str]
    is_synthetic: bool

    @property
    def main_system(self) -> str:
        """The trained encoder: the first system that is neither baseline nor enhanced."""
        return _main_system([row.system for row in self.rows] + [scored.system for scored in self.scores])

    @property
    def test(self) -> Corpus | None:
        """The unseen characters, or None."""
        return self.corpora.get(HEADLINE_SET)

    def headline(self, system: str) -> Result | None:
        """Find the row of a system's unnormalised scores on the headline trials."""
        rows = [row for row in self.rows if row.system == system and row.is_headline]
        return next((row for row in rows if row.is_plain), rows[0] if rows else None)


def read_experiment(folder: Path) -> Experiment:
    """Read an experiment folder.

    Args:
        folder: e.g. `exp/vn_char`. Every part of it may be missing.

    Returns:
        The experiment.

    Raises:
        InputError: The folder does not exist, or a file in it is broken.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such experiment folder")
    rows, comparisons = read_results(folder / "results")
    scores = _read_headline_scores(folder)
    corpora = {name: Corpus.read(folder / "data" / name) for name in _set_names(folder / "data")}
    main = _main_system([row.system for row in rows] + [scored.system for scored in scores])
    vectors = folder / "embeddings" / main / HEADLINE_SET
    return Experiment(
        folder=folder,
        rows=rows,
        comparisons=comparisons,
        scores=scores,
        corpora=corpora,
        embeddings=EmbeddingSet.load(vectors) if (vectors / "vectors.npy").is_file() else None,
        training=read_training_log(folder / "train"),
        drops=read_drops(folder / "data" / "all"),
        confusion=read_tsv(folder / "merge" / "confusion.tsv"),
        merged=read_merge_map(folder / "merge" / "merge_map.json"),
        stages=read_stages(folder / "stages"),
        configs={
            path.parent.name: path.read_text(encoding="utf-8", errors="replace")
            for path in sorted((folder / "train").glob("*/config.yaml"))
        },
        is_synthetic=_is_synthetic(folder),
    )


def _main_system(systems: list[str]) -> str:
    return next((system for system in systems if system != BASELINE and "+" not in system), "ecapa")


def _set_names(folder: Path) -> list[str]:
    found = [path.parent.name for path in folder.glob("*/wav.scp")]
    return sorted(
        found, key=lambda name: (_SET_ORDER.index(name) if name in _SET_ORDER else len(_SET_ORDER), name)
    )


def _read_headline_scores(folder: Path) -> list[ScoredTrials]:
    trials_path = folder / "data" / HEADLINE_SET / HEADLINE_TRIALS
    if not trials_path.is_file():
        return []
    trials = read_trials(trials_path)
    speakers = trials_path.with_name("utt2spk")
    utt2spk = read_table(speakers) if speakers.is_file() else None
    found = []
    for path in sorted((folder / "scores").glob(f"*/{HEADLINE_SET}/{HEADLINE_TRIALS}.*txt")):
        normalization = path.name.removeprefix(HEADLINE_TRIALS).removesuffix("txt").strip(".") or "none"
        system = path.parents[1].name
        label = system_label(system)
        if normalization not in PLAIN_NORMALIZATIONS:
            label += f", {normalization_label(normalization)}"
        found.append(ScoredTrials(system, normalization, read_system(label, path, trials, utt2spk)))
    return sorted(found, key=lambda scored: not scored.is_plain)


def _is_synthetic(folder: Path) -> bool:
    places = (folder / "corpus", folder / "data" / "all")
    return any(path.is_file() for place in places for path in place.glob("truth*"))
