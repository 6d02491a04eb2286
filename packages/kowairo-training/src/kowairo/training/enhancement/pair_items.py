"""Items without speakers: disturbed lines, and the same lines clean as their targets."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import numpy as np

from kowairo.core import EmbeddingSet, InputError

from .items import NOBODY, EnhancementItems

_logger = logging.getLogger(__name__)


def pair_items(
    disturbed: Sequence[EmbeddingSet], clean: EmbeddingSet, *, utt2spk: Mapping[str, str] | None = None
) -> EnhancementItems:
    """Pair every disturbed line with the clean line of the same id.

    No labels are needed. The clean set may be among the disturbed ones: then the net also learns to leave a
    clean line as it is. The disturbed sets are read into memory.

    Args:
        disturbed: Embeddings of lines with noise, in rooms, cropped ...
        clean: Embeddings of the lines as they were.
        utt2spk: Speakers, so that it can be checked that nobody is on two sides; None where they are unknown.

    Returns:
        Items whose targets are the clean embeddings.

    Raises:
        InputError: There is no set, dimensions differ, or no id is in both.
    """
    if not disturbed or {one.dim for one in disturbed} != {clean.dim}:
        dims = [one.dim for one in disturbed]
        raise InputError(f"expected disturbed embeddings of dimension {clean.dim} as the clean, got {dims}")
    vectors, utts, lines, clean_rows = [], [], [], []
    for number, one in enumerate(disturbed):
        kept = [utt for utt in one.utts if utt in clean.index]
        vectors.append(one.rows(kept))
        lines += kept
        utts += kept if number == 0 else [f"{utt}|{number}" for utt in kept]
        clean_rows.append(clean.row_numbers(kept))
        if len(kept) < len(one):
            _logger.info("%d of %d disturbed lines have no clean one", len(one) - len(kept), len(one))
    if not utts:
        raise InputError(f"no disturbed line has a clean one, e.g. {disturbed[0].utts[:1]}")
    joined = EmbeddingSet(np.concatenate(vectors), utts, disturbed[0].meta)
    speakers = [(utt2spk or {}).get(line, NOBODY) for line in lines]
    names, index = np.unique(np.array(speakers), return_inverse=True)
    return EnhancementItems(
        joined,
        "normal",
        tuple(names.tolist()),
        index.astype(np.int64),
        np.arange(len(utts)),
        clean=clean,
        clean_rows=np.concatenate(clean_rows),
    )
