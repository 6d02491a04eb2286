"""Lines and columns of text tables."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from kowairo.core.errors import InputError, TableError

# Only the ASCII blanks separate columns: an ideographic space (U+3000) is a legal part of a file name.
_BLANKS = re.compile(r"[ \t]+")
_BOM = b"\xef\xbb\xbf"


def read_lines(path: Path | str) -> Iterator[tuple[int, str]]:
    r"""Read the lines of a UTF-8 text table that are not blank.

    A byte order mark and CRLF line ends are accepted. Lines end at `\n` only: a name may hold the
    other characters that Python takes for line ends (U+2028, U+0085 ...).

    Args:
        path: The table.

    Yields:
        Line number (from 1) and the line without its end and surrounding blanks.

    Raises:
        InputError: There is no such file.
        TableError: A line is not UTF-8.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    with path.open("rb") as file:
        yield from decoded_lines(path, file, first=1)


def decoded_lines(path: Path, raw_lines: Iterable[bytes], *, first: int) -> Iterator[tuple[int, str]]:
    """Decode some lines of a file as `read_lines` does.

    Args:
        path: The file, for the message.
        raw_lines: The lines with their ends.
        first: Number of the first of them; line 1 may start with a byte order mark.

    Yields:
        Number and text of each line that is not blank.

    Raises:
        TableError: A line is not UTF-8.
    """
    for number, raw in enumerate(raw_lines, start=first):
        try:
            line = (raw.removeprefix(_BOM) if number == 1 else raw).decode("utf-8")
        except UnicodeDecodeError as error:
            raise TableError(path, number, f"not UTF-8 (byte {error.start + 1} of the line)") from error
        line = line.strip(" \t\r\n")
        if line:
            yield number, line


def split_columns(line: str, *, maximum: int = 0) -> list[str]:
    """Split a line at runs of spaces and tabs.

    Args:
        line: The line, without surrounding blanks.
        maximum: Most columns; the last one keeps its blanks. 0: no limit.

    Returns:
        The columns.
    """
    return _BLANKS.split(line, maxsplit=max(0, maximum - 1))
