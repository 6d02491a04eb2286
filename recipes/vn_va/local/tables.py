"""The figures of a run as Markdown tables: tables.py EXPERIMENT."""

import sys
from pathlib import Path

from kowairo.core import read_json

# Published for the va variant of the anime speaker encoder, on the held-out lines of its own training actors.
PUBLISHED = {"eer": 0.0041, "macro_precision": 0.9597, "macro_recall": 0.9783, "macro_f1": 0.9680}
SHARES = ("macro_precision", "macro_recall", "macro_f1")
SYSTEMS = ("char", "actor", "character", "two_levels_actor", "two_levels_character")


def result(folder: Path, name: str) -> dict[str, float]:
    """The row over all trials of a result file."""
    found = read_json(folder / "results" / f"{name}.json")
    row: dict[str, float] = found[0] if isinstance(found, list) else found
    return row


def rate(row: dict[str, float], name: str = "eer") -> str:
    """A rate and its interval, in per cent."""
    value, low, high = (100 * row[column] for column in (name, f"{name}_low", f"{name}_high"))
    return f"{value:.2f} [{low:.1f}, {high:.1f}]"


def shares(figures: dict[str, float]) -> str:
    """Macro precision, recall and F1, in per cent."""
    return " / ".join(f"{100 * figures[name]:.2f}" for name in SHARES)


def closed_table(exp: Path) -> list[str]:
    """Beside the published figures: what a closed set shows, and what new actors show."""
    head = read_json(exp / "train" / "actor" / "checkpoint" / "card.json")["metrics"]
    lines = ["| encoder | trials | EER, % | macro P / R / F1, % |", "| --- | --- | --- | --- |"]
    published = f"{100 * PUBLISHED['eer']:.2f}"
    lines.append(f"| published va variant | its closed set, 989 actors | {published} | {shares(PUBLISHED)} |")
    closed = exp / "results" / "actor.closed.trials.none.json"
    if closed.is_file() and "macro_f1" in head:
        row = result(exp, "actor.closed.trials.none")
        lines.append(f"| actor | closed set | {rate(row)} | {shares(head)} |")
    for name, trials in (("trials", "new actors"), ("trials_cross_character", "new actors, two characters")):
        if (exp / "results" / f"actor.test.{name}.none.json").is_file():
            lines.append(f"| actor | {trials} | {rate(result(exp, f'actor.test.{name}.none'))} | - |")
    return lines


def naming_table(exp: Path) -> list[str]:
    """Who of the training actors is it, by the cosine with the mean of ten lines."""
    lines = ["| encoder | lines of | top 1, % | macro P / R / F1, % |", "| --- | --- | --- | --- |"]
    for name, told in (("closed", "known characters"), ("seen_actor", "new characters")):
        for system in SYSTEMS:
            path = exp / "identify" / "results" / f"{system}.{name}.json"
            if path.is_file():
                found = read_json(path)
                lines.append(f"| {system} | {told} | {100 * found['top_1_accuracy']:.2f} | {shares(found)} |")
    return lines


def level_table(folder: Path, reference: str) -> list[str]:
    """EER of every encoder on every list of a level, and the paired difference from the level's network."""
    lists = sorted(
        path.name.split(".")[2] for path in (folder / "results").glob(f"{reference}.test.*.none.json")
    )
    lines = [
        f"| trials | encoder | EER, % | difference from {reference} | Cllr / min-Cllr |",
        "| --- | --- | --- | --- | --- |",
    ]
    for trials in lists:
        for system in SYSTEMS:
            row = result(folder, f"{system}.test.{trials}.none")
            difference = "" if system == reference else compared(folder, system, trials)
            lines.append(
                f"| {trials} | {system} | {rate(row)} | {difference} | {calibrated(folder, system, trials)} |"
            )
    return lines


def compared(folder: Path, system: str, trials: str) -> str:
    """The paired difference and its interval, in per cent."""
    row = result(folder, f"compare.{system}.test.{trials}.none")
    value, low, high = (100 * row[name] for name in ("difference", "difference_low", "difference_high"))
    return f"{value:+.2f} [{low:+.1f}, {high:+.1f}]"


def calibrated(folder: Path, system: str, trials: str) -> str:
    """Cllr of the calibrated scores and its least value; empty where nothing was calibrated on."""
    name = f"{system}.test.{trials}.calibrated"
    if not (folder / "results" / f"{name}.json").is_file():
        return ""
    row = result(folder, name)
    return f"{row['cllr']:.3f} / {row['min_cllr']:.3f}"


def main(exp: Path) -> None:
    """Write all tables to standard output."""
    for title, lines in (
        ("The actor encoder, as published figures are", closed_table(exp)),
        ("Naming the actor of a line", naming_table(exp)),
        ("Level of the actors", level_table(exp, "actor")),
        ("Level of the characters", level_table(exp / "character", "character")),
    ):
        sys.stdout.write(f"## {title}\n\n" + "\n".join(lines) + "\n\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
