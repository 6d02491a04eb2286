"""What a net is trained or validated on: rows of an embedding set, with speakers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kowairo.core import EmbeddingSet, InputError
from kowairo.losses import EnhancementListKind

from .batch import LabelNames

NOBODY = ""
"""Stands for the speakers of lines whose speakers are not known; no table can have it."""

_NEEDED = {
    "normal": "two or more embeddings",
    "triplet": "two or more embeddings",
    "distribution": "pairs of one session and of two",
}


@dataclass(frozen=True, eq=False)
class EnhancementItems:
    """Items of one of the kinds of lists, over one embedding set."""

    embeddings: EmbeddingSet
    """(n, dim), memory-mapped or not."""
    kind: EnhancementListKind
    """Of what list."""
    names: tuple[str, ...]
    """Speakers, sorted; their places are their numbers."""
    row_speakers: NDArray[np.int64]
    """(n,) speaker of each embedding, for the means; -1 where it is none of these."""
    rows: NDArray[np.int64]
    """(item,) row of each item's embedding; rows 2i and 2i + 1 are pair i of a distribution list."""
    others: NDArray[np.int64] | None = None
    """(item,) other speaker of each, of a triplet list."""
    same_session: NDArray[np.bool_] | None = None
    """(pair,) of a distribution list."""
    domains: NDArray[np.int64] | None = None
    """(n,) domain of each embedding, -1 where it is unknown."""
    domain_names: tuple[str, ...] = ()
    """Domains; their places are their numbers."""
    clean: EmbeddingSet | None = None
    """Embeddings that are the targets, in place of the means of speakers."""
    clean_rows: NDArray[np.int64] | None = None
    """(item,) row of each item's target in `clean`."""
    left_out: int = 0
    """Speakers who were listed and cannot be used."""

    @property
    def speakers(self) -> NDArray[np.int64]:
        """(item,) speaker of each."""
        found: NDArray[np.int64] = self.row_speakers[self.rows]
        return found

    @property
    def target_set(self) -> EmbeddingSet:
        """What targets are made of: the clean embeddings where there are any."""
        return self.embeddings if self.clean is None else self.clean

    @property
    def target_rows(self) -> NDArray[np.int64]:
        """(item,) row of each item in the target set."""
        return self.rows if self.clean_rows is None else self.clean_rows

    @property
    def target_row_speakers(self) -> NDArray[np.int64]:
        """Speaker of each row of the target set, -1 where it is not known or not used."""
        if self.clean is None or self.clean_rows is None:
            return self.row_speakers
        found = np.full(len(self.clean), -1, dtype=np.int64)
        known = np.array([name != NOBODY for name in self.names])[self.speakers]
        found[self.clean_rows[known]] = self.speakers[known]
        return found

    @property
    def label_names(self) -> LabelNames:
        """Names of speakers and domains."""
        return LabelNames(self.names, self.domain_names)

    @property
    def num_speakers(self) -> int:
        """Speakers of the items, as far as they are known."""
        return len({self.names[number] for number in np.unique(self.speakers).tolist()} - {NOBODY})

    def usable(self, *, min_utterances: int) -> EnhancementItems:
        """Leave out the items of speakers with too few embeddings, or with one kind of pairs only.

        Args:
            min_utterances: 2 where a target leaves out its input, 1 otherwise.

        Returns:
            The rest, with the number of speakers that were left out.

        Raises:
            InputError: Nothing is left.
        """
        owners = self.target_row_speakers
        counts = np.bincount(owners[owners >= 0], minlength=len(self.names))
        enough = counts >= min_utterances
        if self.same_session is not None:
            pair_speakers = self.speakers[0::2]
            for kind in (True, False):
                enough &= np.bincount(pair_speakers[self.same_session == kind], minlength=len(self.names)) > 0
        kept = enough[self.speakers]
        if not kept.any():
            raise InputError(f"expected a speaker with {_NEEDED[self.kind]}, got none")
        listed = np.unique(self.speakers)
        return replace(
            self,
            rows=self.rows[kept],
            clean_rows=None if self.clean_rows is None else self.clean_rows[kept],
            others=None if self.others is None else self.others[kept],
            same_session=None if self.same_session is None else self.same_session[kept[0::2]],
            left_out=self.left_out + int((~enough[listed]).sum()),
        )
