"""Commands `kowairo score`, `kowairo normalize`, `kowairo metrics` and `kowairo compare`."""

from pathlib import Path
from typing import Literal

from kowairo.core import Corpus, EmbeddingSet, read_scores, read_trials, write_json, write_scores
from kowairo.scoring import (
    Cohort,
    ResultLabels,
    ResultRow,
    ScoreNormalizer,
    evaluate,
    evaluate_conditions,
    score_trials,
)
from kowairo.scoring import compare as compare_systems


def score(*, embeddings: Path, trials: Path, out: Path) -> None:
    """Score trials by the cosine of their embeddings.

    Args:
        embeddings: Embedding set that holds every utterance of the trials.
        trials: Trial list.
        out: Score file, `enroll test score` lines.
    """
    scores = score_trials(EmbeddingSet.load(embeddings), read_trials(trials))
    write_scores(out, scores)
    print(f"{out}: {len(scores)} scores")


def normalize(
    *,
    scores: Path,
    embeddings: Path,
    corpus: Path,
    cohort_embeddings: Path,
    cohort_corpus: Path,
    out: Path,
    normalizer: ScoreNormalizer,
    cohort_rows: Literal["utterances", "speakers"] = "speakers",
) -> None:
    """Normalise scores by those of impostors from a cohort that shares no speaker with the trials.

    Args:
        scores: Score file.
        embeddings: Embedding set of the trials' utterances.
        corpus: Kaldi folder of the trials' utterances.
        cohort_embeddings: Embedding set of the cohort.
        cohort_corpus: Kaldi folder of the cohort.
        out: Score file to write.
        normalizer: ZNorm, TNorm, SNorm or AdaptiveSNorm with its settings.
        cohort_rows: One row per utterance, or the mean of each speaker.
    """
    raw = read_scores(scores)
    needed = sorted({*raw.enroll, *raw.test})
    cohort = load_cohort(cohort_embeddings, cohort_corpus, cohort_rows)
    normalizer.fit(EmbeddingSet.load(embeddings).subset(needed), cohort, utt2spk=Corpus.read(corpus).utt2spk)
    write_scores(out, normalizer.transform(raw))
    print(f"{out}: {len(raw)} scores, cohort of {len(cohort)} {cohort_rows}")


def load_cohort(embeddings: Path, corpus: Path, rows: Literal["utterances", "speakers"]) -> Cohort:
    """Read a cohort.

    Args:
        embeddings: Embedding set; utterances that the corpus does not have are not used.
        corpus: Kaldi folder that knows the speakers.
        rows: One row per utterance, or the mean of each speaker.
    """
    vectors, utt2spk = EmbeddingSet.load(embeddings), Corpus.read(corpus).utt2spk
    utts = [utt for utt in vectors.utts if utt in utt2spk]
    make = Cohort.of_speakers if rows == "speakers" else Cohort.of_utterances
    return make(vectors.rows(utts), [utt2spk[utt] for utt in utts])


def metrics(
    *,
    scores: Path,
    trials: Path,
    corpus: Path,
    out: Path,
    system: str = "system",
    set: str = "test",  # noqa: A002 - the option is called as the column of the results
    normalization: str = "none",
    by: Literal["all", "condition"] = "all",
    num_replicates: int = 1000,
    seed: int = 0,
) -> None:
    """Measure EER and minDCF with 95 % speaker-bootstrap intervals.

    Args:
        scores: Score file.
        trials: Trial list.
        corpus: Kaldi folder of the trials' utterances.
        out: Results file (JSON).
        system: Name of the system in the results.
        set: Name of the set in the results.
        normalization: Name of the score normalisation in the results.
        by: All trials, or also the conditions that the tables allow (duration, emotion, actor ...).
        num_replicates: Bootstrap replicates.
        seed: Seed of the bootstrap.
    """
    measured, listed, tables = read_scores(scores), read_trials(trials), Corpus.read(corpus)
    labels = ResultLabels(system=system, set=set, trials=trials.name, normalization=normalization)
    if by == "condition":
        rows = evaluate_conditions(
            measured, listed, tables, labels=labels, num_replicates=num_replicates, seed=seed
        )
        whole = rows[0]
        write_json(out, rows)
    else:
        whole = evaluate(
            measured, listed, tables.utt2spk, labels=labels, num_replicates=num_replicates, seed=seed
        )
        write_json(out, whole)
    print(f"{system} {set} {trials.name} {normalization}: EER {percent(whole, 'eer')}")


def compare(
    *,
    scores: Path,
    reference_scores: Path,
    trials: Path,
    corpus: Path,
    out: Path,
    system: str = "system",
    reference: str = "reference",
    set: str = "test",  # noqa: A002 - the option is called as the column of the results
    normalization: str = "none",
    num_replicates: int = 1000,
    seed: int = 0,
) -> None:
    """Compare two systems on the same trials by the paired speaker bootstrap.

    Args:
        scores: Score file of the system.
        reference_scores: Score file of the reference.
        trials: Trial list.
        corpus: Kaldi folder of the trials' utterances.
        out: Results file (JSON).
        system: Name of the system in the results.
        reference: Name of the reference in the results.
        set: Name of the set in the results.
        normalization: Name of the score normalisation in the results.
        num_replicates: Bootstrap replicates.
        seed: Seed of the bootstrap.
    """
    row = compare_systems(
        read_scores(scores),
        read_scores(reference_scores),
        read_trials(trials),
        Corpus.read(corpus).utt2spk,
        labels=ResultLabels(system=system, set=set, trials=trials.name, normalization=normalization),
        reference=reference,
        num_replicates=num_replicates,
        seed=seed,
    )
    write_json(out, row)
    print(f"{system} - {reference}, {set} {trials.name}: EER {percent(row, 'difference')}")


def percent(row: ResultRow, name: str) -> str:
    """Format a rate of a result row and its interval in per cent."""
    value, low, high = (100 * float(row[column] or 0) for column in (name, f"{name}_low", f"{name}_high"))
    return f"{value:.2f} % [{low:.2f}, {high:.2f}]"
