"""Command `kowairo calibrate`."""

from pathlib import Path

from kowairo.cli.development_trials import DevelopmentTrials, read_qualities
from kowairo.cli.label_tables import read_labels
from kowairo.cli.saved_kinds import open_calibrator
from kowairo.cli.trial_files import blaming
from kowairo.cli.trial_overlap import hand_on_overlap
from kowairo.core import Corpus, InputError, atomic_path, iter_score_blocks, read_scores, write_scores
from kowairo.scoring import QMF, Calibrator, Fusion, LogisticCalibrator, calibrate_scores


def calibrate(
    *,
    scores: list[Path] | None = None,
    out: Path | None = None,
    corpus: Path | None = None,
    fitted: Path | None = None,
    dev_scores: list[Path] | None = None,
    dev_trials: Path | None = None,
    dev_nontarget_trials: Path | None = None,
    dev_corpus: Path | None = None,
    calibrator: Calibrator | None = None,
    prior: float = 0.5,
    training_corpus: Path | None = None,
    cohort_corpus: Path | None = None,
    embeddings: Path | None = None,
    dev_embeddings: Path | None = None,
    statistics: Path | None = None,
    dev_statistics: Path | None = None,
    save: Path | None = None,
    operating_points: Path | None = None,
    num_replicates: int = 1000,
    seed: int = 0,
) -> None:
    """Turn scores into log-likelihood ratios: fit on development trials, apply to others; fuse systems.

    Fits (dev_scores, dev_trials) or opens a saved calibrator (fitted), and applies it to `scores`, if there
    are any. Several score files are the systems of a fusion, in one order on both sides.

    Args:
        scores: Score files to calibrate, one per system.
        out: Score file of log-likelihood ratios, natural logarithm.
        corpus: Kaldi folder of these scores' utterances; speakers of the development trials are refused.
        fitted: Folder that `save` wrote: then nothing is fitted.
        dev_scores: Score files of the development trials, one per system.
        dev_trials: Trial list of the development speakers.
        dev_nontarget_trials: Its non-targets if it comes as two files.
        dev_corpus: Kaldi folder of the development utterances.
        calibrator: LogisticCalibrator, IsotonicCalibrator, GaussianCalibrator, QMF, Fusion; logistic by
            default, Fusion for several systems.
        prior: Prior of a target at which the result shall be best.
        training_corpus: Kaldi folder of the encoder's training; its speakers are refused.
        cohort_corpus: Kaldi folder of the cohort; its speakers are refused.
        embeddings: For QMF: embeddings of these scores' utterances, whose lengths are a quality measure.
        dev_embeddings: The same of the development utterances.
        statistics: For QMF: folder of the normaliser that measured these scores' utterances.
        dev_statistics: The same of the development utterances.
        save: Folder of the fitted calibrator.
        operating_points: File (JSON) of thresholds on the log-likelihood ratios, measured on the development
            trials: EER, FAR 1 % and 0.1 %, minDCF.
        num_replicates: Bootstrap replicates of their intervals.
        seed: Seed of the bootstrap.
    """
    if (fitted is None) == (dev_scores is None):
        raise InputError("calibrate needs one of --fitted DIR and --dev_scores FILE")
    if (scores is None) != (out is None):
        raise InputError("--scores and --out go together")
    if fitted is not None:
        chosen = open_calibrator(fitted)
    else:
        development = DevelopmentTrials.read(dev_scores or [], dev_trials, dev_nontarget_trials, dev_corpus)
        development.check_speakers(training_corpus, cohort_corpus)
        chosen = calibrator or (LogisticCalibrator() if len(development.systems) == 1 else Fusion())
        qualities = read_qualities(
            chosen, development.corpus, dev_embeddings, dev_statistics, systems=development.systems
        )
        ratios = development.fit(chosen, prior, qualities)
        if save is not None:
            chosen.save(save)
        if operating_points is not None:
            development.measure(ratios, num_replicates, seed).save(operating_points)
    if scores is not None and out is not None:
        _apply(chosen, scores, out, None if corpus is None else read_labels(corpus), embeddings, statistics)


def _apply(
    calibrator: Calibrator,
    scores: list[Path],
    out: Path,
    corpus: Corpus | None,
    embeddings: Path | None,
    statistics: Path | None,
) -> None:
    if len(scores) == 1 and corpus is None and not isinstance(calibrator, QMF):
        count = _apply_in_blocks(calibrator, scores[0], out)
    else:
        systems = [read_scores(path) for path in scores]
        qualities = read_qualities(calibrator, corpus, embeddings, statistics, systems=systems)
        utt2spk = None if corpus is None else corpus.utt2spk
        with blaming(scores[0]):
            ratios = calibrate_scores(calibrator, systems, qualities=qualities, utt2spk=utt2spk)
        write_scores(out, ratios)
        count = len(ratios)
    hand_on_overlap(scores, out)
    print(f"{out}: {count} log-likelihood ratios by {type(calibrator).__name__}")


def _apply_in_blocks(calibrator: Calibrator, scores: Path, out: Path) -> int:
    """Calibrate a score file of any length."""
    count = 0
    with atomic_path(out) as partial, partial.open("wb") as file, blaming(scores):
        for block in iter_score_blocks(scores):
            file.write(block.formatted(calibrator.transform(block.values)))
            count += len(block)
    return count
