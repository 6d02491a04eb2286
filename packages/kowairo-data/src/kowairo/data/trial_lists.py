"""Verification trials of a set: easy and hard non-targets, balanced, without repetition."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np

from kowairo.core import Corpus, InputError, Trials, write_trials
from kowairo.data._pair_sampler import PairSampler
from kowairo.data.relabel import CHARACTERS
from kowairo.data.voices import possible_voices, proven_voices, utterance_titles

TrialKind = Literal["headline", "cross_title", "same_actor", "same_gender", "all", "cross_character"]
TRIAL_FILES: Mapping[TrialKind, str] = MappingProxyType(
    {
        "headline": "trials",
        "cross_title": "trials_cross_title",
        "same_actor": "trials_same_actor",
        "same_gender": "trials_same_gender",
        "all": "trials_all",
        "cross_character": "trials_cross_character",
    }
)
"""File name in a set's folder by kind of trials."""
MAX_TRIALS = 10_000


def make_trials(
    corpus: Corpus, *, kind: TrialKind = "headline", seed: int, max_trials: int = MAX_TRIALS
) -> Trials:
    """Draws trials, half of them targets.

    Kinds differ in the non-targets: `headline` pairs lines of one title where titles are known and one of
    them has two voices, any two speakers otherwise; `cross_title` pairs lines of two titles, `same_actor`
    different characters of one actor (`spk2va`), `same_gender` speakers of one gender (`spk2gender`),
    `all` any two speakers. `cross_character` is for actors (`relabel_corpus`): its targets are lines of two
    characters of one actor (`utt2character`), its non-targets of any two actors.

    Targets are pairs of lines of one proven voice (a speaker, or a character and its return in a sequel),
    not of one recording where `utt2rec` is known. Non-targets are of speakers who cannot be one voice
    (`possible_voices`). No pair is of a line with itself, comes twice (in either order), or has equal
    `text`. Voices that have no non-target of the kind give no target. Speakers take turns, so all have
    about equal numbers of targets, and of non-targets, until one has no further pair. Pairs are drawn, not
    listed, so time and memory depend on max_trials, and not on the number of possible pairs.

    Args:
        corpus: The lines of a set.
        kind: Which non-targets.
        seed: Equal seeds give equal lists.
        max_trials: Most trials; fewer where there are not enough pairs.

    Returns:
        Trials sorted by enrolment and test.

    Raises:
        InputError: The corpus does not know what the kind needs, or allows no pair of it.
    """
    _check_known(corpus, kind)
    # A stream of its own for each kind: a change of one list leaves the others as they were.
    rng = np.random.default_rng((seed, list(TRIAL_FILES).index(kind)))
    titles = utterance_titles(corpus)
    possible = possible_voices(corpus)
    cells = _cells(corpus, kind, titles, possible)
    sampler = PairSampler(
        speakers=corpus.utt2spk,
        text=corpus.utt_tables.get("text", {}),
        recordings=corpus.utt_tables.get("utt2rec", {}),
        rng=rng,
    )
    nontargets = sampler.nontargets(
        cells,
        possible,
        apart=titles if kind == "cross_title" else {},
        number=max_trials // 2,
    )
    used = {corpus.utt2spk[utt] for pair in nontargets for utt in pair}
    targets = sampler.targets(
        proven_voices(corpus),
        only=used,
        apart=corpus.utt_tables.get(CHARACTERS, {}) if kind == "cross_character" else {},
        number=max_trials // 2,
    )
    number = min(len(targets), len(nontargets))
    if number == 0:
        missing = "target" if nontargets else "non-target"
        raise InputError(f"no {kind} trials: {len(corpus.speakers)} speakers give no {missing} pair")
    # Both are in turns of speakers: what is cut off is the last turns, and the balance stays.
    rows = sorted(
        [(*pair, True) for pair in targets[:number]] + [(*pair, False) for pair in nontargets[:number]]
    )
    target = np.array([row[2] for row in rows], dtype=np.bool_)
    return Trials([row[0] for row in rows], [row[1] for row in rows], target)


def write_trial_lists(
    corpus: Corpus, folder: Path | str, *, seed: int, max_trials: int = MAX_TRIALS
) -> dict[str, int]:
    """Writes the trial lists that the tables of a set allow, and removes the others.

    Args:
        corpus: The lines of the set.
        folder: The set's folder.
        seed: As `make_trials`.
        max_trials: Most trials of each list.

    Returns:
        Number of trials by file name.

    Raises:
        InputError: Not even the headline list is possible.
    """
    sizes: dict[str, int] = {}
    has_titles = bool(utterance_titles(corpus))
    for kind, name in TRIAL_FILES.items():
        path = Path(folder) / name
        if kind == "all" and not has_titles:
            # It would be the headline list under another name.
            path.unlink(missing_ok=True)
            continue
        try:
            trials = make_trials(corpus, kind=kind, seed=seed, max_trials=max_trials)
        except InputError:
            if kind == "headline":
                raise
            path.unlink(missing_ok=True)
            continue
        write_trials(path, trials)
        sizes[name] = len(trials)
    return sizes


def _check_known(corpus: Corpus, kind: TrialKind) -> None:
    titles = set(utterance_titles(corpus).values())
    needs = {
        "cross_title": (len(titles) > 1, "lines of two titles (utt2title or spk2title)"),
        "same_actor": (bool(corpus.spk_tables.get("spk2va")), "actors (spk2va)"),
        "same_gender": (bool(corpus.spk_tables.get("spk2gender")), "genders (spk2gender)"),
        "cross_character": (
            bool(corpus.utt_tables.get(CHARACTERS)),
            f"characters of actors ({CHARACTERS})",
        ),
    }
    known, what = needs.get(kind, (True, ""))
    if not known:
        raise InputError(f"{kind} trials need {what}, which the corpus does not have")


def _cells(corpus: Corpus, kind: TrialKind, titles: dict[str, str], voices: dict[str, str]) -> dict[str, str]:
    """By utterance, the cell that both lines of a non-target must share; a line without one is not used."""
    if kind == "cross_title":
        return dict.fromkeys(titles, "")
    if kind in ("same_actor", "same_gender"):
        table = corpus.spk_tables["spk2va" if kind == "same_actor" else "spk2gender"]
        return {utt: table[speaker] for utt, speaker in corpus.utt2spk.items() if speaker in table}
    voices_in_titles = {(title, voices[corpus.utt2spk[utt]]) for utt, title in titles.items()}
    if kind == "headline" and len(voices_in_titles) > len(set(titles.values())):
        return titles
    return dict.fromkeys(corpus.audio, "")
