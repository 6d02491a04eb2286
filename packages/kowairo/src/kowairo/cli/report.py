"""Command `kowairo report`."""

from pathlib import Path

from kowairo.report import Comparison, Estimate, Result, format_results_table, make_report, read_results


def report(
    *,
    experiment: Path,
    out: Path | None = None,
    title: str | None = None,
    max_clips: int = 300,
    seed: int = 0,
) -> None:
    """Write the report of an experiment: one HTML page that opens offline, and a PNG of each picture.

    Args:
        experiment: Experiment folder.
        out: Folder of the report; `report` in the experiment by default.
        title: Heading of the page.
        max_clips: Most audio clips in it.
        seed: Seed of the map and of the choice of clips.
    """
    rows, comparisons = read_results(experiment / "results")
    page = make_report(
        experiment,
        out or experiment / "report",
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


def _is_shown(row: Result | Comparison) -> bool:
    """Whether a row is for the terminal; the page has all, and validation chose the encoder."""
    is_plain = row.normalization == "none"
    is_headline = row.trials == "trials" and isinstance(row, Result)
    return row.set_name != "valid" and (is_plain or is_headline)


def _difference(estimate: Estimate) -> str:
    bounds = [100 * value for value in (estimate.low, estimate.high) if value is not None]
    interval = f" [{bounds[0]:+.2f}, {bounds[1]:+.2f}]" if len(bounds) == 2 else ""
    return f"{100 * estimate.value:+.2f} %{interval}"
