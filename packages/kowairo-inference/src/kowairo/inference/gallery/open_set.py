"""How often a gallery would be wrong, measured on its own references: who is it, or nobody of them?"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError
from kowairo.scoring.metrics.open_set import UNKNOWN, OpenSetRates, open_set_rates

from .gallery import Gallery
from .identification import AcceptanceRule
from .voice_matrix import VoiceScoring

_NEVER = -3.0
"""Below every cosine and every difference of two."""
FEWEST_ERRORS = 30
"""Errors that place a threshold; the rule of 30 of speaker recognition evaluations."""


@dataclass(frozen=True, eq=False)
class LeaveOneOut:
    """Scores of references that were taken out of the gallery in turn.

    Attributes:
        own: (probe,) score with the other references of the own voice.
        best_other: (probe,) score of the best other voice.
        second_other: (probe,) of the second; -3 where there is none.
        scoring: How voices were scored.
        num_voices: Voices of the gallery.
    """

    own: NDArray[np.float64]
    best_other: NDArray[np.float64]
    second_other: NDArray[np.float64]
    scoring: VoiceScoring
    num_voices: int

    def __len__(self) -> int:
        return len(self.own)

    def rates(self, *, margin: float = 0.0) -> OpenSetRates:
        """Error rates over all thresholds.

        Each reference is a probe twice: of a known speaker, who is missed unless the own voice is the best,
        at or above the threshold and `margin` above the second; and of an unknown one, with the own voice
        taken out, who raises an alarm where the best other voice passes in the same way.

        Args:
            margin: Least distance between the best voice and the second.

        Returns:
            FNIR and FPIR at ascending thresholds.

        Source: P. Grother et al., 2019 (FNIR and FPIR of one-to-many search).
        """
        known = np.where(self.own - self.best_other >= margin, self.own, _NEVER)
        alarms = np.where(self.best_other - self.second_other >= margin, self.best_other, _NEVER)
        nobody = np.full(len(self), _NEVER)
        scores = np.column_stack([np.concatenate([known, alarms]), np.concatenate([self.best_other, nobody])])
        labels = np.repeat([0, UNKNOWN], len(self))
        return open_set_rates(scores, labels)

    @property
    def top_1(self) -> float:
        """Share of the references whose own voice is the best, whatever the threshold."""
        return float((self.own > self.best_other).mean())

    def wrong_voice(self, rule: AcceptanceRule) -> float:
        """Share of the references that would be taken for another voice of the gallery."""
        others = np.maximum(self.own, self.second_other)
        taken = (self.best_other >= rule.threshold) & (self.best_other - others >= max(rule.margin, 1e-12))
        return float(taken.mean())


@dataclass(frozen=True)
class OpenSetPoint:
    """A rule of acceptance and its error rates."""

    rule: AcceptanceRule
    """Threshold, margin and scoring."""
    fpir: float
    """Unknown speakers who are taken for one of the gallery, a fraction."""
    fnir: float
    """Known speakers who are not recognised."""
    num_alarms: int
    """Alarms that placed the threshold."""


def leave_one_out(
    gallery: Gallery, *, scoring: VoiceScoring = "centroid", max_probes: int = 10_000, seed: int = 0
) -> LeaveOneOut:
    """Take references out of their voices one by one and identify them.

    References of one recording session resemble each other, so rates of real use are higher where the
    gallery's references are of one session each.

    Args:
        gallery: At least two voices, one of them with two references.
        scoring: How voices are scored.
        max_probes: So many references at most, drawn evenly.
        seed: Of the drawing.

    Raises:
        InputError: There are too few voices or references.
    """
    everything = gallery.matrix(scoring)
    several = [name for name, count in zip(everything.names, everything.counts, strict=True) if count > 1]
    if len(everything) < 2 or not several:
        raise InputError("measuring needs two voices or more, and two references or more of one")
    references = gallery.reference_vectors(several)
    own = np.concatenate([_own_scores(references.own_rows(row), scoring) for row in range(len(references))])
    probes = np.arange(len(own))
    if len(probes) > max_probes:
        probes = np.sort(np.random.default_rng(seed).choice(probes, max_probes, replace=False))
    numbers = {name: number for number, name in enumerate(everything.names)}
    owners = np.repeat([numbers[name] for name in references.names], references.counts)[probes]
    best = everything.nearest(references.rows[probes], k=3)
    # The own voice with the probe in it does not count; the two best of the others are among the three.
    others = np.where(best.items == owners[:, None], np.float32(_NEVER), best.scores)
    others = np.sort(others.astype(np.float64), axis=1)[:, ::-1]
    second = others[:, 1] if others.shape[1] > 1 else np.full(len(probes), _NEVER)
    return LeaveOneOut(own[probes], others[:, 0], second, scoring, len(everything))


def point_at_fpir(measured: LeaveOneOut, *, fpir: float, margin: float = 0.0) -> OpenSetPoint:
    """The lowest threshold that keeps the rate of false alarms at or below `fpir`.

    Args:
        measured: Scores of probes.
        fpir: Allowed false-positive identification rate.
        margin: Of the rule.

    Raises:
        InputError: The rate is not in (0, 1), or fewer than 30 alarms place the threshold, for want of probes
            or because the margin turns them down: what a handful of errors place is chance.
    """
    if not 0.0 < fpir < 1.0:
        raise InputError(f"expected a rate in (0, 1), got {fpir}")
    if fpir * len(measured) < FEWEST_ERRORS:
        lowest = FEWEST_ERRORS / len(measured)
        advice = f"{lowest:.3f} is the lowest that they support" if lowest < 1 else "they support none"
        raise InputError(
            f"{len(measured)} probes are too few for an FPIR of {fpir:g}: {FEWEST_ERRORS} alarms must place "
            f"the threshold, {ceil(FEWEST_ERRORS / fpir)} probes would; {advice}"
        )
    rates = measured.rates(margin=margin)
    place = int(np.argmax(rates.fpir <= fpir))
    num_alarms = round(float(rates.fpir[place]) * len(measured))
    if num_alarms < FEWEST_ERRORS:
        raise InputError(
            f"only {num_alarms} of {len(measured)} probes raise an alarm at an FPIR of at most {fpir:g} and "
            f"a margin of {margin:g}: {FEWEST_ERRORS} must place the threshold; take a smaller margin, a "
            "higher rate, or more references"
        )
    threshold = float(np.clip(rates.threshold[place], -1.0, 1.0))
    return OpenSetPoint(
        AcceptanceRule(threshold, margin, measured.scoring),
        float(rates.fpir[place]),
        float(rates.fnir[place]),
        num_alarms,
    )


def _own_scores(rows: NDArray[np.float32], scoring: VoiceScoring) -> NDArray[np.float64]:
    """Score of each unit-length reference of a voice with the others of it, (reference,)."""
    exact = rows.astype(np.float64)
    if scoring == "max":
        products = exact @ exact.T
        np.fill_diagonal(products, -np.inf)
        return np.asarray(products.max(axis=1))
    others = exact.sum(axis=0) - exact
    products = np.einsum("ij,ij->i", exact, others)
    if scoring == "mean":
        return np.asarray(products / (len(exact) - 1))
    lengths = np.linalg.norm(others, axis=1)
    return np.asarray(products / np.where(lengths > 0, lengths, 1.0))
