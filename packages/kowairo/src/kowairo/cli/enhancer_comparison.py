"""Trial lists that enhancers are compared on: their scores, plain and normalised, and a ceiling."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from kowairo.cli.label_tables import read_labels
from kowairo.cli.trial_files import blaming
from kowairo.cli.trial_overlap import admitted_overlap
from kowairo.core import (
    EmbeddingSet,
    InputError,
    OverlapCounts,
    Scores,
    Trials,
    open_embeddings,
    read_trials,
)
from kowairo.data.enhancement_lists import listed_trials, speakers_by_path
from kowairo.enhance import Enhancer, apply_enhancer
from kowairo.scoring import AdaptiveSNorm, CohortRecipe, length_normalize, score_trials

HEADLINE = "trials"
"""Of several lists the one that chooses."""

ScoredLists = dict[str, Scores]


@dataclass(frozen=True, eq=False)
class ComparedLists:
    """Trial lists over one embedding set, and who speaks."""

    embeddings: EmbeddingSet
    """All embeddings, those of lines that no trial names too."""
    lists: dict[str, Trials]
    """By name, the headline first."""
    utt2spk: Mapping[str, str]
    """Speakers of all embeddings, as far as they are known."""
    overlaps: Mapping[str, OverlapCounts] = field(default_factory=dict)
    """What a list shares with the encoder's training, for those that share something."""

    @classmethod
    def open(
        cls, embeddings: Path, trials: Path, corpus: Path | None, *, allow_overlap: bool = False
    ) -> "ComparedLists":
        """Open one list, or all lists `trials*` of a folder.

        Args:
            embeddings: Embeddings of any form.
            trials: The list, or the folder.
            corpus: Kaldi folder or file of the speakers; without one the folder of the lists where it has an
                utt2spk, else the ids' parts before the first "/".
            allow_overlap: Go on where lists hold voices of the encoder's training.

        Raises:
            InputError: There is no list, a line of one has no embedding or no speaker, or the encoder was
                trained on some of them.
        """
        if corpus is None and (trials / "utt2spk").is_file():
            corpus = trials
        vectors = open_embeddings(embeddings)
        known = speakers_by_path(vectors.utts) if corpus is None else read_labels(corpus).utt2spk
        found, overlaps = {}, {}
        for path in _list_files(trials):
            with blaming(path):
                chosen, found[path.name] = listed_trials(vectors, read_trials(path))
                if missing := [utt for utt in chosen.utts if utt not in known]:
                    raise InputError(f"no speaker of {missing[0]!r} ({len(missing)} such); give --corpus")
            if counts := admitted_overlap(embeddings, found[path.name], path, allow=allow_overlap):
                overlaps[path.name] = counts
        return cls(vectors, found, dict(known), overlaps)

    @property
    def headline(self) -> str:
        """The list that chooses."""
        return next(iter(self.lists))

    @property
    def named(self) -> EmbeddingSet:
        """The embeddings that trials name."""
        lists = self.lists.values()
        return self.embeddings.subset(sorted({utt for one in lists for utt in (*one.enroll, *one.test)}))

    @property
    def speakers(self) -> set[str]:
        """Speakers of the trials."""
        return {self.utt2spk[utt] for utt in self.named.utts}

    def scores(self, net: Enhancer | None) -> ScoredLists:
        """Cosines of every list, of embeddings as they are or enhanced."""
        shown = self.named if net is None else apply_enhancer(self.named, net)
        return {name: score_trials(shown, trials) for name, trials in self.lists.items()}

    def ceiling(self) -> ScoredLists:
        """Cosines where the enrolment line's embedding is the mean of its speaker's other lines.

        What one line could give at best. The trial's own lines, under whatever condition, are left out; the
        others count once, as they were before a condition (`line|condition` is a copy of `line`). A speaker
        without other lines is enrolled as he is.
        """
        return {name: _ceiling(self.embeddings, trials, self.utt2spk) for name, trials in self.lists.items()}


@dataclass(frozen=True, eq=False)
class ComparisonCohort:
    """Impostors of AS-norm, who go through the same enhancer as the trials."""

    embeddings: EmbeddingSet
    """Embeddings of other speakers."""
    speakers: list[str]
    """(n,) whose they are."""
    top_n: int
    """Nearest speakers to use."""

    @classmethod
    def open(cls, embeddings: Path, corpus: Path, top_n: int) -> "ComparisonCohort":
        """Open what the corpus knows of an embedding set.

        Raises:
            InputError: It knows nothing.
        """
        tables, found = read_labels(corpus), open_embeddings(embeddings)
        utts = [utt for utt in found.utts if utt in tables.utt2spk]
        if not utts:
            raise InputError(f"{corpus}: knows no line of {embeddings}")
        return cls(found.subset(utts), [tables.utt2spk[utt] for utt in utts], top_n)

    def normalize(self, lists: ComparedLists, plain: ScoredLists, net: Enhancer | None) -> ScoredLists:
        """AS-norm of the scores of lists, over the means of the cohort's speakers."""
        trials, impostors = (
            one if net is None else apply_enhancer(one, net) for one in (lists.named, self.embeddings)
        )
        cohort = CohortRecipe(rows="speakers").make(impostors.vectors, self.speakers)
        fitted = AdaptiveSNorm(top_n=self.top_n).fit(trials, cohort, utt2spk=lists.utt2spk)
        return {name: fitted.transform(scores) for name, scores in plain.items()}


def _list_files(trials: Path) -> list[Path]:
    if not trials.is_dir():
        return [trials]
    paths = sorted(path for path in trials.glob("trials*") if path.is_file())
    if not paths:
        raise InputError(f"{trials}: no trials in it")
    return paths


def _line(utt: str) -> str:
    """The line of a copy under a condition."""
    return utt.rpartition("|")[0] or utt


def _ceiling(embeddings: EmbeddingSet, trials: Trials, utt2spk: Mapping[str, str]) -> Scores:
    lines = sorted({_line(utt) for utt in embeddings.utts if utt in utt2spk} & embeddings.index.keys())
    own = dict(zip(lines, length_normalize(embeddings.rows(lines)), strict=True))
    sums: dict[str, np.ndarray] = {}
    counts: dict[str, int] = {}
    for utt in lines:
        speaker = utt2spk[utt]
        sums[speaker] = sums.get(speaker, 0.0) + own[utt]
        counts[speaker] = counts.get(speaker, 0) + 1
    values = np.empty(len(trials))
    for place, (enroll, test) in enumerate(zip(trials.enroll, trials.test, strict=True)):
        speaker = utt2spk[enroll]
        mine = {utt for utt in (_line(enroll), _line(test)) if utt2spk.get(utt) == speaker and utt in own}
        if counts.get(speaker, 0) > len(mine):
            model = sums[speaker] - sum(own[utt] for utt in mine)
        else:
            model = embeddings.rows([enroll])[0]
        other = embeddings.rows([test])[0].astype(np.float64)
        values[place] = model @ other / np.linalg.norm(model) / np.linalg.norm(other)
    return Scores(trials.enroll, trials.test, values)
