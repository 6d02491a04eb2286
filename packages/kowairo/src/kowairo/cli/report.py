"""Command `kowairo report`."""

from pathlib import Path

from kowairo.report import format_results_table, make_report, read_results


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
    print(format_results_table([row for row in rows if row.is_overall]))
    for one in comparisons:
        difference = one.difference
        bounds = (
            ""
            if difference.low is None
            else f" [{100 * difference.low:+.2f}, {100 * (difference.high or 0):+.2f}]"
        )
        print(
            f"{one.system} - {one.reference}, {one.set_name} {one.trials} {one.normalization}: "
            f"EER {100 * difference.value:+.2f} %{bounds}"
        )
    print(f"report: {page.resolve()}")
