"""Listed files found in an embedding set."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kowairo.core import EmbeddingSet, InputError, Trials

_ENDINGS = (".wav", ".npy")


def file_rows(embeddings: EmbeddingSet, files: Sequence[str]) -> NDArray[np.int64]:
    """Rows of files in an embedding set.

    Args:
        embeddings: The set.
        files: (n,) utterance ids, or ids with `.wav` or `.npy` behind them.

    Returns:
        (n,) int64.

    Raises:
        InputError: A file has no embedding; the message names and counts.
    """
    index = embeddings.index
    rows = np.empty(len(files), dtype=np.int64)
    for place, file in enumerate(files):
        row = index.get(file)
        if row is None and file.endswith(_ENDINGS):
            row = index.get(file[: -len(_ENDINGS[0])])
        rows[place] = -1 if row is None else row
    if (missing := np.flatnonzero(rows < 0)).size:
        raise InputError(f"no embedding of {files[missing[0]]!r} ({missing.size} missing)")
    return rows


def listed_trials(embeddings: EmbeddingSet, trials: Trials) -> tuple[EmbeddingSet, Trials]:
    """The embeddings that trials name, and the trials under the ids of the embeddings.

    Args:
        embeddings: Holds all of them.
        trials: Of files, with or without `.wav` or `.npy`.

    Raises:
        InputError: A file has no embedding; the message names and counts.
    """
    files = sorted({*trials.enroll, *trials.test})
    utts = [embeddings.utts[row] for row in file_rows(embeddings, files).tolist()]
    utt_of = dict(zip(files, utts, strict=True))
    enroll, test = ([utt_of[file] for file in side] for side in (trials.enroll, trials.test))
    return embeddings.subset(sorted(set(utts))), Trials(enroll, test, trials.target)
