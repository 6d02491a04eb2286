"""A cohort as JSON values and plain arrays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError
from kowairo.scoring.normalization.cohort import Cohort

ARRAYS = ("cohort_vectors", "cohort_mean", "cohort_lengths")


def cohort_state(cohort: Cohort) -> tuple[dict[str, object], dict[str, NDArray[np.float64]]]:
    """Take a cohort apart: (JSON values, arrays named as ``ARRAYS``)."""
    rows, dim = cohort.vectors.shape
    mean = np.zeros(dim) if cohort.mean is None else cohort.mean
    lengths = np.ones(rows) if cohort.lengths is None else cohort.lengths
    config: dict[str, object] = {
        "speakers": None if cohort.speakers is None else list(cohort.speakers),
        "members": None if cohort.members is None else [list(each) for each in cohort.members],
        "similarity": cohort.similarity,
    }
    return config, dict(zip(ARRAYS, (cohort.vectors, mean, lengths), strict=True))


def cohort_from_state(config: object, arrays: Mapping[str, NDArray[np.float64]]) -> Cohort:
    """Put a cohort together again.

    Raises:
        InputError: The values are not those of a cohort.
    """
    vectors, mean, lengths = (arrays[name] for name in ARRAYS)
    if not isinstance(config, dict) or vectors.ndim != 2 or mean.shape != vectors.shape[1:]:
        raise InputError("expected the values of a cohort")
    speakers, members = config.get("speakers"), config.get("members")
    return Cohort(
        vectors,
        None if speakers is None else strings(speakers),
        members=None if members is None else tuple(strings(each) for each in members),
        mean=mean,
        lengths=lengths,
        similarity=config.get("similarity", "cosine"),
    )


def strings(values: object) -> tuple[str, ...]:
    """Return a JSON list of strings as a tuple.

    Raises:
        InputError: It is something else.
    """
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise InputError(f"expected a list of strings, got {values!r:.80}")
    return tuple(values)
