"""Command `kowairo metrics`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kowairo.cli.label_tables import NO_AUDIO, read_labels
from kowairo.cli.trial_files import blaming, read_scored_trials
from kowairo.cli.trial_overlap import corpus_overlap, record_of, refuse_overlap
from kowairo.core import (
    Corpus,
    InputError,
    OverlapCounts,
    Scores,
    Trials,
    read_overlap_note,
    read_spk2enroll,
    write_json,
)
from kowairo.scoring import (
    ResultLabels,
    ResultRow,
    WorstTrial,
    align_scores,
    evaluate,
    evaluate_conditions,
    format_by_convention,
    llr_metrics,
    metrics_by_convention,
    verification_summary,
    worst_trials,
    write_worst_trials,
)
from kowairo.scoring.conditions import DURATION_EDGES_S


@dataclass(frozen=True)
class _Bootstrap:
    """How intervals are made."""

    num_replicates: int
    seed: int

    def whole(self, scores: Scores, trials: Trials, tables: Corpus, labels: ResultLabels) -> ResultRow:
        """Measure all trials together."""
        return evaluate(
            scores,
            trials,
            tables.utt2spk,
            labels=labels,
            num_replicates=self.num_replicates,
            seed=self.seed,
        )

    def by_condition(
        self,
        scores: Scores,
        trials: Trials,
        tables: Corpus,
        labels: ResultLabels,
        duration_edges_s: Sequence[float] | None,
    ) -> list[ResultRow]:
        """Measure all trials, then each condition."""
        return evaluate_conditions(
            scores,
            trials,
            tables,
            labels=labels,
            duration_edges_s=DURATION_EDGES_S if duration_edges_s is None else duration_edges_s,
            num_replicates=self.num_replicates,
            seed=self.seed,
        )


def metrics(
    *,
    scores: Path,
    trials: Path,
    nontarget_trials: Path | None = None,
    corpus: Path | None = None,
    spk2enroll: Path | None = None,
    out: Path | None = None,
    system: str = "system",
    set: str = "test",  # noqa: A002 - the option is called as the column of the results
    normalization: str = "none",
    by: Literal["all", "condition"] = "all",
    duration_edges_s: list[float] | None = None,
    scores_are: Literal["scores", "llr"] = "scores",
    convention: list[str] | None = None,
    worst: int = 0,
    worst_out: Path | None = None,
    skip_missing: bool = False,
    encoder: str | None = None,
    allow_overlap: bool = False,
    num_replicates: int = 1000,
    seed: int = 0,
) -> None:
    """Measure EER and minDCF with 95 % speaker-bootstrap intervals; costs of log-likelihood ratios.

    Stops where the encoder was trained on audio or a speaker of the trials: where the scores are marked so,
    or, for scores of other programs, where `encoder` says so.

    Args:
        scores: Score file, in any order.
        trials: Trial list, of any convention that `kowairo score` reads.
        nontarget_trials: Its non-targets if it comes as two files.
        corpus: Kaldi folder of the trials' utterances, or a file in the form of utt2spk; without it there
            are no intervals and no conditions.
        spk2enroll: Enrolment utterances of models, for lists whose enrolment side names models.
        out: Results file (JSON).
        system: Name of the system in the results.
        set: Name of the set in the results.
        normalization: Name of the score normalisation in the results.
        by: All trials, or also the conditions that the tables allow (duration, emotion, actor ...).
        duration_edges_s: Borders of the duration buckets, seconds.
        scores_are: `llr` also gives actDCF, Cllr and min-Cllr of log-likelihood ratios.
        convention: Prints the figures as these toolkits do: wespeaker, speechbrain, espnet, hyperion,
            3d_speaker, clovaai, voiceprint_zh, voice_personification, kowairo.
        worst: Prints so many of the worst targets and of the worst non-targets, with paths.
        worst_out: File (tab-separated) for them.
        skip_missing: Leave out and count trials without a score.
        encoder: Name or checkpoint folder of the encoder of the scores: its training record is compared with
            the audio and the speakers of corpus.
        allow_overlap: Measure trials on voices of the encoder's training too, and mark the results.
        num_replicates: Bootstrap replicates.
        seed: Seed of the bootstrap.
    """
    measured, listed = read_scored_trials(scores, trials, nontarget_trials, skip_missing=skip_missing)
    overlap = _overlap(scores, listed, encoder, corpus, spk2enroll)
    refuse_overlap(overlap, trials, allow=allow_overlap)
    labels = ResultLabels(system=system, set=set, trials=trials.name, normalization=normalization)
    tables = None if corpus is None else read_labels(corpus, spk2enroll=spk2enroll)
    bootstrap = _Bootstrap(num_replicates, seed)
    with blaming(trials):
        if tables is None:
            rows = [_without_speakers(measured, listed, labels)]
        elif by == "condition":
            rows = bootstrap.by_condition(measured, listed, tables, labels, duration_edges_s)
        else:
            rows = [bootstrap.whole(measured, listed, tables, labels)]
        if scores_are == "llr":
            rows[0] |= llr_metrics(measured, listed)
    if out is not None:
        write_rows(out, rows, overlap)
    for row in rows:
        print(described(row) + marked(overlap))
    _print_conventions(measured, listed, convention or [])
    if worst:
        _write_worst(worst_trials(measured, listed, _audio(tables, listed), n=worst), worst_out)


def described(row: ResultRow) -> str:
    """Write a result row in a line for the terminal."""
    name = "{system} {set} {trials} {normalization}".format_map(row)
    condition = "" if row["condition"] == "all" else f" {row['condition']}"
    costs = (
        f"minDCF {number} {_with_interval(row, f'min_dcf_{number}', 1, 3)}" for number in ("0.01", "0.05")
    )
    parts = [f"EER {_with_interval(row, 'eer', 100, 2)}", *costs]
    if "cllr" in row:
        parts.append(
            f"actDCF 0.05 {row['act_dcf_0.05']:.3f}, Cllr {row['cllr']:.3f}, min-Cllr {row['min_cllr']:.3f}"
        )
    warning = f" ({row['warning']})" if row["warning"] else ""
    return f"{name}{condition}: {', '.join(parts)}{warning}"


def marked(overlap: OverlapCounts | None) -> str:
    """Write what a printed figure is marked with; empty for none."""
    return f" [overlap: {overlap}]" if overlap else ""


def write_rows(out: Path, rows: Sequence[ResultRow], overlap: OverlapCounts | None) -> None:
    """Write a results file: one row as it is, several as a list; all marked where trials overlap.

    Args:
        out: The file.
        rows: The rows.
        overlap: What the trials share with the encoder's training.
    """
    mark = {} if overlap is None else {"overlap": overlap.as_json()}
    content = [{**row, **mark} for row in rows]
    write_json(out, content if len(content) > 1 else content[0])


def _overlap(
    scores: Path, trials: Trials, encoder: str | None, corpus: Path | None, spk2enroll: Path | None
) -> OverlapCounts | None:
    """What the trials share with the encoder's training."""
    if encoder is None:
        return read_overlap_note(scores)
    if corpus is None:
        raise InputError("--encoder compares its training with audio and speakers: give --corpus DIR")
    models = {} if spk2enroll is None else read_spk2enroll(spk2enroll)
    utts = {utt for name in (*trials.enroll, *trials.test) for utt in models.get(name, [name])}
    tables = read_labels(corpus)
    return corpus_overlap(record_of(encoder), tables.subset(utts & tables.audio.keys())).among(utts)


def _with_interval(row: ResultRow, name: str, scale: float, digits: int) -> str:
    value, low, high = (row.get(column) for column in (name, f"{name}_low", f"{name}_high"))
    unit = " %" if scale == 100 else ""
    bounds = [f"{scale * float(bound):.{digits}f}" for bound in (low, high) if bound is not None]
    interval = f" [{', '.join(bounds)}]" if bounds else ""
    return f"{scale * float(value or 0):.{digits}f}{unit}{interval}"


def _without_speakers(scores: Scores, trials: Trials, labels: ResultLabels) -> ResultRow:
    """Measure without intervals: nobody knows the speakers."""
    values = align_scores(scores, trials)
    summary = verification_summary(values[trials.target], values[~trials.target])
    num_target = int(trials.target.sum())
    row: ResultRow = {
        "system": labels.system,
        "set": labels.set,
        "trials": labels.trials,
        "normalization": labels.normalization,
        "condition": "all",
        "num_target": num_target,
        "num_nontarget": len(trials) - num_target,
        "eer": summary.eer.value,
        "threshold": summary.eer.threshold,
        "warning": "no interval: speakers unknown",
    }
    return row | {f"min_dcf_{p_target:g}": cost.value for p_target, cost in summary.min_dcf.items()}


def _print_conventions(scores: Scores, trials: Trials, names: list[str]) -> None:
    values = align_scores(scores, trials)
    for name in names:
        figures = metrics_by_convention(values[trials.target], values[~trials.target], name)
        printed = format_by_convention(figures, name)
        for line in printed.splitlines():
            print(f"{name}: {line}")


def _audio(tables: Corpus | None, trials: Trials) -> Corpus:
    """Tables for a list of trials; nothing but the ids where there are none."""
    if tables is not None:
        return tables
    utts = {*trials.enroll, *trials.test}
    return Corpus(dict.fromkeys(utts, NO_AUDIO), dict.fromkeys(utts, "-"))


def _write_worst(found: Sequence[WorstTrial], out: Path | None) -> None:
    if out is not None:
        write_worst_trials(out, found)
        print(f"{out}: {len(found)} worst trials")
        return
    for one in found:
        ids = f"{one.enroll} {one.test} ({one.enroll_speaker}, {one.test_speaker})"
        print(f"{one.error} {one.score:.4f} {ids} {one.enroll_path} {one.test_path}")
