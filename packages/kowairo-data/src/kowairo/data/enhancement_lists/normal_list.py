"""`ID FILE`: single lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kowairo.data.enhancement_lists._columns import read_columns, write_columns
from kowairo.data.enhancement_lists.list_source import ListSource


@dataclass(frozen=True)
class NormalList:
    """Lines with their speakers."""

    speakers: Sequence[str]
    """(line,)."""
    files: Sequence[str]
    """(line,)."""

    @classmethod
    def read(cls, path: Path | str) -> "NormalList":
        """Read a list.

        Raises:
            InputError: There is no such file, or it holds no line.
            TableError: A line has not two columns.
        """
        _, (speakers, files) = read_columns(path, "ID FILE")
        return cls(speakers, files)

    def write(self, path: Path | str) -> None:
        """Write the list atomically."""
        write_columns(path, zip(self.speakers, self.files, strict=True))


def make_normal_list(source: ListSource) -> NormalList:
    """Every file once, in the order of the source."""
    return NormalList(list(source.speakers), list(source.files))
