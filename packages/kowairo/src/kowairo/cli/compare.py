"""Command `kowairo compare`."""

from pathlib import Path

from kowairo.cli.label_tables import read_labels
from kowairo.cli.trial_files import blaming, read_scored_trials
from kowairo.core import write_json
from kowairo.scoring import ResultLabels, ResultRow
from kowairo.scoring import compare as compare_systems


def compare(
    *,
    scores: Path,
    reference_scores: Path,
    trials: Path,
    corpus: Path,
    out: Path,
    nontarget_trials: Path | None = None,
    spk2enroll: Path | None = None,
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
        corpus: Kaldi folder of the trials' utterances, or a file in the form of utt2spk.
        out: Results file (JSON).
        nontarget_trials: Non-targets of a list that comes as two files.
        spk2enroll: Enrolment utterances of models, for lists whose enrolment side names models.
        system: Name of the system in the results.
        reference: Name of the reference in the results.
        set: Name of the set in the results.
        normalization: Name of the score normalisation in the results.
        num_replicates: Bootstrap replicates.
        seed: Seed of the bootstrap.
    """
    measured, listed = read_scored_trials(scores, trials, nontarget_trials)
    others, _ = read_scored_trials(reference_scores, trials, nontarget_trials)
    with blaming(trials):
        row = compare_systems(
            measured,
            others,
            listed,
            read_labels(corpus, spk2enroll=spk2enroll).utt2spk,
            labels=ResultLabels(system=system, set=set, trials=trials.name, normalization=normalization),
            reference=reference,
            num_replicates=num_replicates,
            seed=seed,
        )
    write_json(out, row)
    difference = f"{percent(row, 'difference')}, p = {row['p_value']:.3f}"
    print(f"{system} - {reference}, {set} {trials.name}: EER {difference}")


def percent(row: ResultRow, name: str) -> str:
    """Format a rate of a result row and its interval in per cent."""
    value, low, high = (100 * float(row[column] or 0) for column in (name, f"{name}_low", f"{name}_high"))
    return f"{value:.2f} % [{low:.2f}, {high:.2f}]"
