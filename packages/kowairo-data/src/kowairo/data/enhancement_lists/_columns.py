"""Lines of a fixed number of columns."""

from collections.abc import Iterable
from pathlib import Path

from kowairo.core import InputError, TableError, atomic_path, read_lines, split_columns


def read_columns(path: Path | str, layout: str) -> tuple[list[int], list[list[str]]]:
    """Read a list column by column.

    Args:
        path: The list.
        layout: Names of its columns, parted by blanks, for the message.

    Returns:
        Number of each line that is not blank, and the columns.

    Raises:
        InputError: There is no such file, or it holds no line.
        TableError: A line has another number of columns.
    """
    count = len(layout.split())
    numbers: list[int] = []
    columns: list[list[str]] = [[] for _ in range(count)]
    known: dict[str, str] = {}
    for number, line in read_lines(path):
        values = split_columns(line)
        if len(values) != count:
            raise TableError(path, number, f"expected {count} columns `{layout}`, got {len(values)}")
        numbers.append(number)
        for column, value in zip(columns, values, strict=True):
            column.append(known.setdefault(value, value))
    if not numbers:
        raise InputError(f"{path}: no line in it")
    return numbers, columns


def read_flag(path: Path | str, number: int, text: str) -> bool:
    """Read 1 or 0.

    Raises:
        TableError: It is neither.
    """
    if text not in ("0", "1"):
        raise TableError(path, number, f"expected a flag of 1 or 0, got {text!r}")
    return text == "1"


def write_columns(path: Path | str, rows: Iterable[tuple[str, ...]]) -> None:
    """Write lines atomically, columns parted by one blank."""
    with atomic_path(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(" ".join(row) + "\n" for row in rows)
