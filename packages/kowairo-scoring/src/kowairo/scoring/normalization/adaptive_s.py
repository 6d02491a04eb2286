"""AS-norm: S-norm over the part of the cohort that is nearest to the trial."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring.normalization.adaptive_norm import AdaptiveNorm, Variant
from kowairo.scoring.normalization.moments import Moments, masked_moments
from kowairo.scoring.normalization.s import Scale, s_norm
from kowairo.scoring.normalization.shared_speakers import SharedSpeakers


def adaptive_s_norm(
    scores: ArrayLike,
    enroll_cohort: ArrayLike,
    test_cohort: ArrayLike,
    *,
    top_n: int = 300,
    ddof: int = 0,
    variant: Variant = "own",
    scale: Scale = "half",
) -> NDArray[np.float64]:
    """AS-norm of trials whose cohort scores are given.

    ``((s - mu_e) / sd_e + (s - mu_t) / sd_t) / 2`` where each side's mean and deviation are taken over
    ``top_n`` cohort rows: variant "own" the rows that score highest with that side, variant "cross" the
    rows that score highest with the other side. A cell of -inf is a row that must not be used for that
    side, nor, where that side chooses, for the other one.

    Args:
        scores: (trial,) raw scores.
        enroll_cohort: (trial, cohort) scores of the enrolment side against the cohort.
        test_cohort: (trial, cohort) scores of the test side against the same rows.
        top_n: Rows to use; all, if the cohort is smaller.
        ddof: 0 = population deviation (the convention here), 1 = sample deviation.
        variant: "own" or "cross".
        scale: "half" = the mean of the two sides, "sqrt2" = their sum over the square root of 2.

    Returns:
        (trial,) float64.

    Raises:
        InputError: An option is unknown, or too few cells are valid.

    Source: Z. N. Karam, W. M. Campbell, N. Dehak, 2011 (adaptive symmetric normalisation); S. Cumani et
    al., 2011; P. Matejka et al., 2017 (variants AS-norm1 and AS-norm2).
    """
    if variant not in ("own", "cross"):
        raise InputError(f"expected variant own or cross, got {variant!r}")
    enroll, test = np.asarray(enroll_cohort, dtype=np.float64), np.asarray(test_cohort, dtype=np.float64)
    choosers = (enroll, test) if variant == "own" else (test, enroll)
    sides = (
        masked_moments(_at_top_rows(side, chooser, top_n), ddof=ddof)
        for side, chooser in zip((enroll, test), choosers, strict=True)
    )
    enroll_moments, test_moments = sides
    return s_norm(np.asarray(scores, dtype=np.float64), *enroll_moments, *test_moments, scale=scale)


class AdaptiveSNorm(AdaptiveNorm):
    """AS-norm with statistics that are fitted once per utterance (variant "own") or per trial ("cross").

    Args:
        top_n: Nearest cohort rows to use.
        ddof: 0 = population deviation, 1 = sample deviation.
        variant: "own" or "cross"; "cross" costs a look at ``top_n`` cohort scores per trial and side.
        scale: Divide the sum of the sides by 2 ("half") or by the square root of 2 ("sqrt2").
        shared_speakers: A cohort holding a trial's speaker is refused, or its rows are excluded.
    """

    def __init__(
        self,
        *,
        top_n: int = 300,
        ddof: int = 0,
        variant: Variant = "own",
        scale: Scale = "half",
        shared_speakers: SharedSpeakers = "refuse",
    ) -> None:
        super().__init__(top_n=top_n, ddof=ddof, variant=variant, shared_speakers=shared_speakers)
        self.scale = scale

    def combine(self, scores: NDArray[np.float64], enroll: Moments, test: Moments) -> NDArray[np.float64]:
        """Return AS-normed scores."""
        return s_norm(scores, *enroll, *test, scale=self.scale)


def _at_top_rows(side: NDArray[np.float64], chooser: NDArray[np.float64], top_n: int) -> NDArray[np.float64]:
    """Scores of a side at the rows that score highest with the chooser: (trial, top_n)."""
    if top_n < 1:
        raise InputError(f"expected top_n of 1 or more, got {top_n}")
    width = side.shape[1]
    usable = np.where(chooser > -np.inf, side, -np.inf)
    if top_n >= width:
        return usable
    rows = np.argpartition(chooser, width - top_n, axis=1)[:, -top_n:]
    return np.take_along_axis(usable, rows, axis=1)
