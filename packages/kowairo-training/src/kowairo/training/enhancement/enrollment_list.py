"""Trials whose enrolment side is several lines of a speaker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kowairo.core import EmbeddingSet, InputError, Scores, Trials, spk2utt
from kowairo.enhance import EnhancementNet, SetEnhancer, enroll_sets
from kowairo.scoring import EERRule, eer, score_trials

from .config import TrialScore
from .eer_list import EERList

_TESTS_OF_A_MODEL = 5


@dataclass(frozen=True, eq=False)
class EnrollmentList(EERList):
    """Models of several lines against single lines, which are compared as they are."""

    name: str
    """What it is called in logs."""
    embeddings: EmbeddingSet
    """Of all lines."""
    models: Mapping[str, Sequence[str]]
    """Lines by model."""
    trials: Trials
    """Model against line."""
    model_speakers: Mapping[str, str]
    """Speaker by model."""
    utt2spk: Mapping[str, str]
    """Speaker by line."""
    speakers: frozenset[str] = frozenset()
    """All speakers."""

    @classmethod
    def draw(
        cls,
        name: str,
        embeddings: EmbeddingSet,
        utt2spk: Mapping[str, str],
        *,
        sizes: Sequence[int],
        seed: int,
    ) -> EnrollmentList:
        """Draw a model of each size for each speaker, and up to five targets and as many non-targets of each.

        The lines of a model are no targets of it. Non-targets are of speakers drawn with equal chance.

        Args:
            name: What to call it.
            embeddings: Of all lines.
            utt2spk: Speakers; lines without one are not used.
            sizes: Lines of a model; a speaker needs one more than that.
            seed: Equal seeds give equal lists.

        Raises:
            InputError: Fewer than two speakers have enough lines.
        """
        rng = np.random.default_rng(seed)
        lines = spk2utt({utt: utt2spk[utt] for utt in embeddings.utts if utt in utt2spk})
        models, rows, owners = {}, [], {}
        for size in sizes:
            able = [speaker for speaker, utts in lines.items() if len(utts) > size]
            if len(able) < 2:
                raise InputError(f"models of {size} lines need two speakers with {size + 1}, got {len(able)}")
            for speaker in able:
                model = f"{speaker}#{size}"
                shuffled = rng.permutation(lines[speaker]).tolist()
                models[model], owners[model] = shuffled[:size], speaker
                own = shuffled[size : size + _TESTS_OF_A_MODEL]
                rows += [(model, utt, True) for utt in own]
                rows += [(model, utt, False) for utt in _strangers(lines, able, speaker, len(own), rng)]
        enroll, test, target = zip(*rows, strict=True)
        trials = Trials(list(enroll), list(test), np.array(target, dtype=np.bool_))
        known = {utt: speaker for speaker, utts in lines.items() for utt in utts}
        return cls(name, embeddings, models, trials, owners, known, frozenset(lines))

    def scores(self, net: SetEnhancer | None) -> Scores:
        """Cosines of the trials.

        Args:
            net: Makes the models; None takes the plain mean of unit-length lines.

        Raises:
            InputError: A line is zero or not finite, or dimensions differ.
        """
        models = enroll_sets(self.embeddings, self.models, net)
        lines = self.embeddings.subset(sorted(set(self.trials.test)))
        vectors = np.concatenate([models.vectors, lines.vectors])
        return score_trials(EmbeddingSet(vectors, [*models.utts, *lines.utts]), self.trials)

    def eer(self, enhancer: EnhancementNet | None, *, score: TrialScore, rule: EERRule) -> float:
        """EER of the cosines, whatever the score; see `EERList.eer`."""
        if not isinstance(enhancer, SetEnhancer | None):
            raise InputError(f"models of several lines need a net of sets, got {type(enhancer).__name__}")
        values, target = self.scores(enhancer).values, self.trials.target
        return eer(values[target], values[~target], rule=rule).value


def _strangers(
    lines: Mapping[str, list[str]], able: list[str], speaker: str, count: int, rng: np.random.Generator
) -> list[str]:
    others = [name for name in able if name != speaker]
    drawn = [others[place] for place in rng.integers(len(others), size=count).tolist()]
    return [lines[name][int(rng.integers(len(lines[name])))] for name in drawn]
