"""The inner-product kernel of the extra ``[fast]``, compiled at its first use."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

PairKernel = Callable[
    [NDArray[np.float32], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]],
    None,
]


@cache
def pair_kernel() -> PairKernel | None:
    """Return the compiled kernel, or None where numba is not installed.

    The kernel fills ``out[i] = sum_j vectors[enroll_rows[i], j] vectors[test_rows[i], j]``, float32 factors
    and float64 sum. It reads the rows where they are: the gathered copies are what the plain way waits for.
    """
    try:
        import numba
    except ImportError:
        return None
    # fastmath lets the sum run in vector registers; the order of a float64 sum of 192 terms is worth 1e-15.
    compiled: PairKernel = numba.njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})(
        _pair_products
    )
    return compiled


def _pair_products(
    vectors: NDArray[np.float32],
    enroll_rows: NDArray[np.int64],
    test_rows: NDArray[np.int64],
    out: NDArray[np.float64],
) -> None:
    for trial in range(len(enroll_rows)):
        enroll, test = vectors[enroll_rows[trial]], vectors[test_rows[trial]]
        total = 0.0
        for dim in range(len(enroll)):
            total += np.float64(enroll[dim]) * np.float64(test[dim])
        out[trial] = total
