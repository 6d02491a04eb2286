"""Command `kowairo metrics identification`."""

from pathlib import Path

from kowairo.cli.trial_files import blaming, read_scored_trials
from kowairo.core import write_json
from kowairo.scoring.identification import identification_metrics


def identification(
    *,
    scores: Path,
    trials: Path,
    nontarget_trials: Path | None = None,
    out: Path | None = None,
    ranks: list[int] | None = None,
    fpirs: list[float] | None = None,
) -> None:
    """Measure who-is-it on scores of every test utterance with every enrolled speaker.

    Probes whose speaker is enrolled give top-k accuracy, macro precision, recall and F1; if there are others
    too, open-set rates follow: misses (FNIR) at given rates of false alarms (FPIR).

    Args:
        scores: Score file of all pairs of an enrolment and a test.
        trials: Trial list; its enrolment side names one model or utterance per speaker.
        nontarget_trials: Its non-targets if it comes as two files.
        out: Results file (JSON).
        ranks: Lengths of the list that the own speaker must be in; 1 and 5 by default.
        fpirs: False-positive identification rates; 0.01 and 0.1 by default.
    """
    found, listed = read_scored_trials(scores, trials, nontarget_trials)
    with blaming(trials):
        figures = identification_metrics(found, listed, ranks=ranks or (1, 5), fpirs=fpirs or (0.01, 0.1))
    if out is not None:
        write_json(out, figures)
    for name, value in figures.items():
        print(f"{name}: {value}" if isinstance(value, int) else f"{name}: {100 * value:.2f} %")
