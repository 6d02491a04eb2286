"""What an import kept and what it dropped, for which reason."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kowairo.core import atomic_path, write_json


@dataclass(frozen=True)
class Remark:
    """Something to say about one line of a corpus."""

    utt: str
    path: str
    reason: str
    """A reason of audio reading, or duplicate_content, unknown_speaker, too_few_lines, bad_name; of a line
    that was kept: truncated."""
    detail: str


@dataclass(frozen=True)
class DropReport:
    """The account of an import; each line that was listed is either kept or dropped."""

    kept: int
    """Lines kept."""
    speakers: int
    """Speakers kept."""
    dropped: tuple[Remark, ...]
    """Lines dropped, sorted by utterance."""
    noted: tuple[Remark, ...] = ()
    """Lines kept though something is odd about them."""

    @property
    def counts(self) -> dict[str, int]:
        """Dropped lines by reason, sorted by reason."""
        return _count(self.dropped)

    def summary(self) -> str:
        """One line for people: what was kept, and the dropped lines by reason."""
        reasons = ", ".join(f"{number} {reason}" for reason, number in self.counts.items())
        dropped = f"{len(self.dropped)} dropped ({reasons})" if self.dropped else "none dropped"
        noted = "".join(f"; {number} kept although {reason}" for reason, number in _count(self.noted).items())
        return f"{self.kept} lines of {self.speakers} speakers kept, {dropped}{noted}"

    def write(self, folder: Path) -> None:
        """Writes `dropped.tsv`, `noted.tsv` and `drop_report.json`.

        Args:
            folder: Where to.
        """
        _write_remarks(folder / "dropped.tsv", self.dropped)
        _write_remarks(folder / "noted.tsv", self.noted)
        content = {
            "kept": self.kept,
            "speakers": self.speakers,
            "dropped": self.counts,
            "noted": _count(self.noted),
        }
        write_json(folder / "drop_report.json", content)


def _count(remarks: Iterable[Remark]) -> dict[str, int]:
    return dict(sorted(Counter(remark.reason for remark in remarks).items()))


def _write_remarks(path: Path, remarks: Iterable[Remark]) -> None:
    # A file name may hold what is no UTF-8; it is shown as `\\udc83`, since the table is for reading.
    with atomic_path(path) as partial, partial.open("w", encoding="utf-8", errors="backslashreplace") as file:
        file.write("utt\tpath\treason\tdetail\n")
        for remark in remarks:
            cells = (remark.utt, remark.path, remark.reason, remark.detail)
            file.write("\t".join(" ".join(cell.split()) for cell in cells) + "\n")
