"""EER of enhanced embeddings on trial lists."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kowairo.core import EmbeddingSet, InputError, Trials
from kowairo.data.enhancement_lists import listed_trials, speakers_by_path
from kowairo.enhance import EnhancementNet, Enhancer, SetEnhancer, apply_enhancer, enroll_sets
from kowairo.scoring import EERRule, eer, score_trials

from .config import TrialScore
from .eer_list import EERList


@dataclass(frozen=True, eq=False)
class TrialList(EERList):
    """Trials with the embeddings that they name."""

    name: str
    """What it is called in logs."""
    embeddings: EmbeddingSet
    """Only what the trials name."""
    trials: Trials
    """Under the ids of the embeddings."""
    speakers: frozenset[str] = frozenset()
    """Speakers of the trials, as far as they are known."""

    @classmethod
    def of(
        cls, name: str, embeddings: EmbeddingSet, trials: Trials, *, utt2spk: dict[str, str] | None = None
    ) -> TrialList:
        """Find the files of trials in an embedding set; they may end in `.wav` or `.npy`.

        Args:
            name: What to call it.
            embeddings: Holds all of them.
            trials: The trials.
            utt2spk: Speakers; where there is no table, the part of an id before the first "/".

        Raises:
            InputError: A file has no embedding.
        """
        chosen, found = listed_trials(embeddings, trials)
        known = speakers_by_path(chosen.utts) if utt2spk is None else utt2spk
        speakers = frozenset(known[utt] for utt in chosen.utts if utt in known)
        return cls(name, chosen, found, speakers)

    def eer(self, enhancer: EnhancementNet | None, *, score: TrialScore, rule: EERRule) -> float:
        """EER of the embeddings; a net of sets gets sets of one. See `EERList.eer`."""
        shown = self.embeddings if enhancer is None else enhanced(self.embeddings, enhancer)
        values = score_trials(shown, self.trials).values
        if score == "euclidean" and enhancer is not None:
            values = _minus_distances(shown, self.trials)
        target = self.trials.target
        return eer(values[target], values[~target], rule=rule).value


def enhanced(embeddings: EmbeddingSet, net: EnhancementNet) -> EmbeddingSet:
    """Every embedding through a net of either kind; a net of sets gets sets of one.

    Raises:
        InputError: Dimensions differ, or the net gave an embedding without direction.
    """
    if isinstance(net, SetEnhancer):
        return enroll_sets(embeddings, {utt: [utt] for utt in embeddings.utts}, net)
    if not isinstance(net, Enhancer):
        raise InputError(f"{type(net).__name__} is an enhancer neither of rows nor of sets")
    return apply_enhancer(embeddings, net)


def _minus_distances(embeddings: EmbeddingSet, trials: Trials) -> NDArray[np.float64]:
    values = np.empty(len(trials))
    for start in range(0, len(trials), 4096):
        part = slice(start, start + 4096)
        gaps = embeddings.rows(trials.enroll[part]).astype(np.float64) - embeddings.rows(trials.test[part])
        values[part] = -np.sqrt(np.einsum("ij,ij->i", gaps, gaps))
    return values
