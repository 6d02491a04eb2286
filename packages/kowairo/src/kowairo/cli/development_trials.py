"""The trials that calibration is fitted on, and the quality of their utterances."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from kowairo.cli.embedding_sources import read_embeddings
from kowairo.cli.label_tables import read_labels
from kowairo.cli.saved_kinds import open_normalizer
from kowairo.cli.trial_files import blaming, read_scored_trials
from kowairo.core import Corpus, InputError, Scores, Trials
from kowairo.scoring import (
    QMF,
    Calibrator,
    OperatingPoints,
    align_scores,
    calibrate_scores,
    check_calibration_speakers,
    find_operating_points,
    fit_calibrator,
    trial_speakers,
)
from kowairo.scoring.calibration import (
    QualityMeasure,
    QualityTables,
    cohort_means,
    embedding_magnitudes,
    read_durations,
)
from kowairo.scoring.normalization import CohortNorm


@dataclass(frozen=True)
class DevelopmentTrials:
    """The trials that a calibrator is fitted on."""

    path: Path
    """The trial list."""
    systems: list[Scores]
    """Scores of each system."""
    trials: Trials
    """The labelled trials."""
    corpus: Corpus | None
    """Speakers and tables, None if unknown."""

    @classmethod
    def read(
        cls, scores: list[Path], trials: Path | None, nontarget_trials: Path | None, corpus: Path | None
    ) -> Self:
        """Read scores, trials and tables.

        Args:
            scores: Score file of each system.
            trials: Trial list, or the targets of one that comes as two files.
            nontarget_trials: Its non-targets then.
            corpus: Kaldi folder or utt2spk file.

        Raises:
            InputError: There is no trial list, or a file is broken.
        """
        if trials is None:
            raise InputError("--dev_scores needs the trials that they are of: --dev_trials FILE")
        read = [read_scored_trials(path, trials, nontarget_trials) for path in scores]
        tables = None if corpus is None else read_labels(corpus)
        return cls(trials, [found for found, _ in read], read[0][1], tables)

    def check_speakers(self, training: Path | None, cohort: Path | None) -> None:
        """Refuse speakers that the encoder or the cohort knows.

        Args:
            training: Kaldi folder of the encoder's training.
            cohort: Kaldi folder of the cohort.

        Raises:
            InputError: A speaker is shared, or the speakers of the trials are unknown.
        """
        if self.corpus is None:
            if training or cohort:
                raise InputError("speakers can be compared only with those of --dev_corpus DIR")
            return
        check_calibration_speakers(
            trial_speakers(self.trials, self.corpus.utt2spk),
            encoder_training=() if training is None else read_labels(training).speakers,
            cohort=() if cohort is None else read_labels(cohort).speakers,
            spk2va=self.corpus.spk_tables.get("spk2va"),
        )

    def fit(self, calibrator: Calibrator, prior: float, qualities: QualityTables | None) -> Scores:
        """Fit a calibrator.

        Args:
            calibrator: What to fit.
            prior: Prior of a target at which the result shall be best.
            qualities: Quality tables, for QMF.

        Returns:
            Log-likelihood ratios of these very trials.
        """
        utt2spk = None if self.corpus is None else self.corpus.utt2spk
        with blaming(self.path):
            fit_calibrator(
                calibrator, self.systems, self.trials, prior=prior, qualities=qualities, utt2spk=utt2spk
            )
        kind = type(calibrator).__name__
        print(f"{kind}: fitted on {len(self.trials)} trials{_speaker_count(calibrator)}")
        return calibrate_scores(calibrator, self.systems, qualities=qualities)

    def measure(self, ratios: Scores, num_replicates: int, seed: int) -> OperatingPoints:
        """Find operating points on these trials and print them.

        Args:
            ratios: Their log-likelihood ratios.
            num_replicates: Bootstrap replicates of the intervals.
            seed: Seed of the bootstrap.

        Raises:
            InputError: The speakers are unknown.
        """
        if self.corpus is None:
            raise InputError("operating points need speakers for their intervals: --dev_corpus DIR")
        sides = [
            [self.corpus.utt2spk[utt] for utt in side] for side in (self.trials.enroll, self.trials.test)
        ]
        points = find_operating_points(
            align_scores(ratios, self.trials),
            self.trials.target,
            *sides,
            trials=self.path.name,
            num_replicates=num_replicates,
            seed=seed,
        )
        for name, point in points.points.items():
            rates = f"FAR {100 * point.far.value:.2f} %, FRR {100 * point.frr.value:.2f} %"
            print(f"{name}: threshold {point.threshold:.3f}, {rates}")
        if points.unsupported:
            print(f"not supported by this many trials: {', '.join(points.unsupported)}")
        return points


def _speaker_count(calibrator: Calibrator) -> str:
    return f" of {len(calibrator.speakers_)} speakers" if calibrator.speakers_ else ""


def read_qualities(
    calibrator: Calibrator,
    corpus: Corpus | None,
    embeddings: Path | None,
    statistics: Path | None,
    *,
    systems: Sequence[Scores],
) -> QualityTables | None:
    """Read the quality tables that there are; QMF says which of its measures has none.

    Args:
        calibrator: Any kind.
        corpus: Its utt2dur gives durations.
        embeddings: Their lengths are the measure `magnitude`.
        statistics: Folder of a normaliser, whose means are the measure `cohort_mean`.
        systems: The trials whose utterances are needed.

    Returns:
        Tables by measure for QMF, None for other kinds.

    Raises:
        InputError: A file is broken, or the normaliser keeps no means.
    """
    if not isinstance(calibrator, QMF):
        return None
    tables: dict[QualityMeasure, Mapping[str, float]] = {}
    if corpus is not None and "utt2dur" in corpus.utt_tables:
        tables["duration_s"] = read_durations(corpus.utt_tables["utt2dur"])
    if embeddings is not None:
        wanted = {utt for scores in systems for utt in (*scores.enroll, *scores.test)}
        tables["magnitude"] = embedding_magnitudes(read_embeddings(embeddings, wanted=wanted))
    if statistics is not None:
        normalizer = open_normalizer(statistics)
        if not isinstance(normalizer, CohortNorm) or not hasattr(normalizer, "enroll_statistics_"):
            raise InputError(f"{statistics}: a {type(normalizer).__name__} keeps no mean of each utterance")
        tables["cohort_mean"] = cohort_means(normalizer.enroll_statistics_)
    return tables
