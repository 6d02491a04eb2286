"""Commands `kowairo report` and `kowairo report evaluation`."""

from pathlib import Path

from kowairo.core import InputError
from kowairo.report import Comparison, Estimate, Result, format_results_table, make_report, read_results
from kowairo.report.names import is_ratio


def report(
    *,
    experiment: Path | None = None,
    compare: list[Path] | None = None,
    check: Path | None = None,
    out: Path | None = None,
    title: str | None = None,
    max_clips: int = 300,
    names: list[str] | None = None,
    sets: list[str] | None = None,
    trials: list[str] | None = None,
    systems: list[str] | None = None,
    normalizations: list[str] | None = None,
    num_replicates: int = 1000,
    seed: int = 0,
) -> None:
    """Write the report of an experiment, or one table of several with paired significance.

    The report is one HTML page that opens offline, and a PNG of each picture. The table is Markdown, CSV and
    LaTeX; every figure in it comes from stored scores, and `check` computes them again.

    Args:
        experiment: Experiment folder to report on.
        compare: Experiment folders to compare; the first is the reference.
        check: CSV of a comparison whose figures are to be computed again.
        out: Folder of the report (`report` in the experiment by default), or path of the table without
            ending (`comparison` by default).
        title: Heading of the page.
        max_clips: Most audio clips in it.
        names: Of a comparison: name of each experiment.
        sets: Of a comparison: sets to show, `test` by default.
        trials: Of a comparison: trial lists to show, `trials` by default.
        systems: Of a comparison: systems to show, the trained encoders by default.
        normalizations: Of a comparison: score normalisations to show, all by default.
        num_replicates: Of a comparison: bootstrap replicates.
        seed: Seed of the map and of the choice of clips, and of the bootstrap.
    """
    if [experiment, compare, check].count(None) != 2:
        raise InputError("report needs one of --experiment DIR, --compare DIR DIR ... and --check FILE.csv")
    if experiment is not None:
        _report(experiment, out or experiment / "report", title, max_clips, seed)
    elif check is not None:
        _check(check)
    elif compare is not None:
        # Plotly and matplotlib, which the report's own table does without, take a second to import.
        from kowairo.report.comparison import compare_runs, comparison_markdown, write_comparison

        table = compare_runs(
            compare,
            names=names,
            set_names=sets or ("test",),
            trials=trials or ("trials",),
            systems=systems,
            normalizations=normalizations,
            num_replicates=num_replicates,
            seed=seed,
        )
        paths = write_comparison(table, out or Path("comparison"))
        print(comparison_markdown(table))
        print("\n".join(map(str, paths)))


def evaluation(
    *,
    folder: Path,
    out: Path | None = None,
    title: str | None = None,
    set: str | None = None,  # noqa: A002 - the option is called as the column of the results
    trials: str | None = None,
    corpus: Path | None = None,
    worst: int = 10,
    max_clips: int = 40,
    num_replicates: int = 1000,
    seed: int = 0,
) -> None:
    """Write the evaluation page of any systems' scores on one trial list: intervals, curves, calibration.

    Args:
        folder: Holds `scores/<system>/<set>/<trials>.<normalisation>.txt` and, in `data/<set>/`, the trials
            and utt2spk; an experiment folder is one.
        out: Folder of the page; `report` in the folder by default.
        title: Heading of the page.
        set: Set to show; `test` or the first by default.
        trials: Trial list to show; `trials` or the first by default.
        corpus: Kaldi folder of the set, where it does not lie in `data/<set>`.
        worst: Worst trials of each kind to list.
        max_clips: Most audio clips in the page.
        num_replicates: Bootstrap replicates.
        seed: Seed of the bootstrap.
    """
    from kowairo.report.evaluation import make_evaluation_page

    page = make_evaluation_page(
        folder,
        out or folder / "report",
        title=title or f"kowairo: {folder.resolve().name}",
        set_name=set,
        trials=trials,
        trial_folder=corpus,
        num_replicates=num_replicates,
        num_worst=worst,
        max_clips=max_clips,
        seed=seed,
    )
    print(f"page: {page.resolve()}")


def _report(experiment: Path, out: Path, title: str | None, max_clips: int, seed: int) -> None:
    rows, comparisons = read_results(experiment / "results")
    page = make_report(
        experiment,
        out,
        title=title or f"kowairo: {experiment.resolve().name}",
        max_clips=max_clips,
        seed=seed,
    )
    print(format_results_table([row for row in rows if row.is_overall and _is_shown(row)]))
    for one in filter(_is_shown, comparisons):
        print(
            f"{one.system} - {one.reference}, {one.set_name} {one.trials}: EER {_difference(one.difference)}"
        )
    print(f"report: {page.resolve()}")


def _check(path: Path) -> None:
    from kowairo.report.comparison import check_comparison

    differences = check_comparison(path)
    if differences:
        more = f" ({len(differences)} such)" if len(differences) > 1 else ""
        raise InputError(f"{path}: {differences[0]}{more}")
    print(f"{path}: the stored scores give the same figures")


def _is_shown(row: Result | Comparison) -> bool:
    """Whether a row is for the terminal; the page has all, and validation chose the encoder."""
    is_plain = row.normalization == "none"
    # Calibration keeps the order of trials, and with it the EER that is shown.
    is_headline = row.trials == "trials" and isinstance(row, Result) and not is_ratio(row.normalization)
    return row.set_name != "valid" and (is_plain or is_headline)


def _difference(estimate: Estimate) -> str:
    bounds = [100 * value for value in (estimate.low, estimate.high) if value is not None]
    interval = f" [{bounds[0]:+.2f}, {bounds[1]:+.2f}]" if len(bounds) == 2 else ""
    return f"{100 * estimate.value:+.2f} %{interval}"
