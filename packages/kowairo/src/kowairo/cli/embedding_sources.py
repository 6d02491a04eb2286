"""Embeddings of any form; what cannot be used is named, or counted and left out."""

import logging
from collections.abc import Collection
from pathlib import Path

from kowairo.core import EmbeddingSet, InputError, open_embeddings
from kowairo.scoring.trial_scores import usable_rows

_log = logging.getLogger(__name__)


def read_embeddings(
    path: Path, *, wanted: Collection[str] | None = None, skip_missing: bool = False
) -> EmbeddingSet:
    """Read embeddings that all have a direction.

    Args:
        path: Of any form that `open_embeddings` knows.
        wanted: Utterances that are needed, None for all. Those that are not there are left out silently: the
            caller knows which file asked for them.
        skip_missing: Leave out and count vectors that are zero, NaN or infinite.

    Returns:
        The embeddings in their order.

    Raises:
        InputError: There are none, or a vector is zero, NaN or infinite.
    """
    embeddings = open_embeddings(path)
    utts = [utt for utt in embeddings.utts if wanted is None or utt in wanted]
    if not utts:
        raise InputError(f"{path}: has none of the {len(wanted or ())} utterances that are needed")
    chosen = embeddings if len(utts) == len(embeddings) else embeddings.subset(utts)
    usable = usable_rows(chosen.vectors).tolist()
    if all(usable):
        return chosen
    count = usable.count(False)
    if not skip_missing or count == len(usable):
        first = chosen.utts[usable.index(False)]
        raise InputError(f"{path}: the embedding of {first!r} is zero or not finite ({count} such)")
    _log.info("%s: %d embeddings are zero or not finite and are left out", path, count)
    return chosen.subset([utt for utt, good in zip(chosen.utts, usable, strict=True) if good])
