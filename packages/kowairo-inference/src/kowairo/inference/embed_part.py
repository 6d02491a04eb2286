"""A part of a corpus: the unit that an embedding job saves and continues from."""

import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core import atomic_path


@dataclass(frozen=True)
class SkippedFile:
    """A file that gave no embedding.

    Attributes:
        utt: utterance id.
        reason: one of the reasons of `kowairo.data`.
        detail: what was found.
    """

    utt: str
    reason: str
    detail: str


@dataclass(frozen=True, eq=False)
class EmbedPart:
    """Embeddings of consecutive utterances.

    Attributes:
        utts: ids of the rows.
        vectors: (utterance, dim) float32.
        skipped: files of the part without embedding.
        heard: utterances whose audio the encoder was trained on.
    """

    utts: list[str]
    vectors: NDArray[np.float32]
    skipped: list[SkippedFile]
    heard: list[str] = field(default_factory=list)

    def save(self, path: Path) -> None:
        """Write the part by atomic rename."""
        skipped = [[item.utt, item.reason, item.detail] for item in self.skipped]
        with atomic_path(path) as partial, partial.open("wb") as file:
            np.savez(
                file,
                utts=np.array(self.utts, dtype=np.str_),
                vectors=self.vectors,
                skipped=np.array(skipped, dtype=np.str_).reshape(-1, 3),
                heard=np.array(self.heard, dtype=np.str_),
            )

    @classmethod
    def load(cls, path: Path) -> "EmbedPart | None":
        """Read a part; None if there is none that is whole."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                skipped = [SkippedFile(*row) for row in arrays["skipped"].tolist()]
                utts, heard = arrays["utts"].tolist(), arrays["heard"].tolist()
                return cls(utts, arrays["vectors"], skipped, heard)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None


def count_reasons(skipped: list[SkippedFile]) -> dict[str, int]:
    """How many files were skipped for each reason, by reason."""
    return dict(sorted(Counter(item.reason for item in skipped).items()))
