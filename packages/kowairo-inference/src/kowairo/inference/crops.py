"""Crops of a line: several looks at it in place of one."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError

CropVectors = Literal["mean", "each"]


@dataclass(frozen=True)
class CropPlan:
    """Which crops of a line are embedded.

    Attributes:
        count: crops of a line.
        duration_s: length of each.
        vectors: "mean" averages the embeddings of the crops, "each" keeps them.
    """

    count: int = 10
    duration_s: float = 4.0
    vectors: CropVectors = "mean"

    def __post_init__(self) -> None:
        if self.count < 1:
            raise InputError(f"expected one crop or more, got {self.count}")
        if self.duration_s < 0.5:
            raise InputError(f"crops must be at least 0.5 s long, got {self.duration_s}")
        if self.vectors not in get_args(CropVectors):
            raise InputError(f"vectors of crops are mean or each, got {self.vectors!r}")


def evenly_spaced_crops(
    samples: NDArray[np.float32], *, count: int, crop_samples: int
) -> NDArray[np.float32]:
    """Crops of one length, the first at the start of a line and the last at its end.

    Crop i starts at sample floor(i (n - m) / (count - 1)) of n, with m samples; a single crop starts at 0. A
    line shorter than a crop is repeated up to its length, and all its crops are the same.

    Args:
        samples: (time,), not empty.
        count: number of crops.
        crop_samples: m, samples of a crop.

    Returns:
        (count, crop_samples).

    Source: voxceleb_trainer (Chung and others, 2020), loadWAV in evaluation, which repeats short lines too.

    Example:
        >>> import numpy as np
        >>> evenly_spaced_crops(np.arange(6.0, dtype=np.float32), count=3, crop_samples=2).tolist()
        [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]
    """
    if len(samples) < crop_samples:
        samples = np.resize(samples, crop_samples)
    starts = np.linspace(0, len(samples) - crop_samples, num=count).astype(np.int64)
    return np.stack([samples[start : start + crop_samples] for start in starts.tolist()])
