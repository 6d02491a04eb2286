"""Errors that kowairo raises on purpose; anything else is a bug."""

from pathlib import Path


class KowairoError(Exception):
    """Something that a user can understand and act on went wrong (exit status 1)."""


class InputError(KowairoError, ValueError):
    """The input or the usage is wrong: what, where and what to do is in the message (exit status 2)."""


class TableError(InputError):
    """A line of a text table is wrong.

    Args:
        path: The table.
        line: Line number, counted from 1.
        message: What is wrong with the line.
    """

    def __init__(self, path: Path | str, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")
        self.path = Path(path)
        self.line = line
        self.message = message

    def __reduce__(self) -> tuple[type["TableError"], tuple[Path, int, str]]:
        # Exceptions are rebuilt from `args`, which hold one string here: without this a worker
        # process that raises a TableError kills the pool instead of reporting the line.
        return (type(self), (self.path, self.line, self.message))
