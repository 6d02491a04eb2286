"""Training, closed-set, validation and test sides of a corpus, with no voice on two sides."""

import shutil
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kowairo.core import Corpus, InputError, atomic_folder, write_json
from kowairo.data.voices import possible_voices, split_units

SETS = ("train", "closed", "valid", "test", "seen_actor")
_LEFT_OUT = "unfit for trials, and its voice or actor is not in training"


@dataclass(frozen=True)
class Splits:
    """The sides of a corpus."""

    sets: dict[str, Corpus]
    """Corpus by name, for each of `SETS`; `seen_actor` may hold no line."""
    left_out: dict[str, str]
    """Reason by speaker who is on no side."""

    def __getitem__(self, name: str) -> Corpus:
        return self.sets[name]

    def write(self, folder: Path | str) -> None:
        """Writes `<folder>/<set>/` for each set with lines, removes empty ones, and writes `splits.json`.

        Args:
            folder: Where to; what was in the folders of the sets (also trial lists) is replaced.
        """
        folder = Path(folder)
        for name, corpus in self.sets.items():
            if corpus.audio:
                with atomic_folder(folder / name) as partial:
                    corpus.write(partial)
            elif (folder / name / "wav.scp").exists():
                # A set of an earlier split would overlap with the sets of this one.
                shutil.rmtree(folder / name)
        sizes = {
            name: {"speakers": len(corpus.speakers), "lines": len(corpus.audio)}
            for name, corpus in self.sets.items()
        }
        write_json(folder / "splits.json", {"sets": sizes, "left_out": self.left_out})


def split_corpus(
    corpus: Corpus,
    *,
    seed: int,
    valid_fraction: float = 0.12,
    test_fraction: float = 0.15,
    closed_fraction: float = 0.1,
    seen_actor_fraction: float = 0.1,
    min_lines: int = 10,
) -> Splits:
    """Splits a corpus by voice actor where actors are known, by speaker otherwise.

    What must stay together is a unit: the characters of one actor (`spk2va`), and speakers who may be one
    voice (`possible_voices`: a name that is back in a sequel). Test and validation are drawn from the
    units with at least one speaker fit for trials (min_lines lines, and not all of them of one recording
    in `utt2rec`), evenly over units with several such characters and with one, and over genders; if
    there are actors of several characters, each of the two gets one. Speakers unfit for trials train, or
    are left out if their unit is in validation or test. Speakers with `train` in `spk2side`, and their
    units, train.

    `seen_actor` holds characters unseen in training whose actors voice others that are in it: at most one
    voice of an actor. `closed` holds lines of training speakers with at least min_lines.

    Small corpora need larger fractions: about 20 actors with test_fraction 0.4 leave 8 in test.

    Args:
        corpus: All lines.
        seed: Equal seeds give equal splits.
        valid_fraction: Share of the units in validation; 2 units at least.
        test_fraction: Share of the units in test; 2 units at least.
        closed_fraction: Share of a training speaker's lines in `closed`, at least one line.
        seen_actor_fraction: Share of the training speakers in `seen_actor`, at least 2 if there can be; 0:
            none.
        min_lines: Fewest lines of a speaker outside training, or in `closed`.

    Returns:
        The sets.

    Raises:
        InputError: A fraction is not in [0, 1), `spk2side` holds another side, or the corpus is too small
            for two test units, two validation units and two training speakers.
    """
    _check_fractions(valid_fraction, test_fraction, closed_fraction, seen_actor_fraction)
    rng = np.random.default_rng(seed)
    voices = possible_voices(corpus)
    pinned = _pinned_speakers(corpus, voices)
    fit = _fit_speakers(corpus, min_lines) - pinned
    units = [unit for unit in split_units(corpus) if fit.intersection(unit)]
    free = [unit for unit in units if not pinned.intersection(unit)]
    test, rest = _pick(_in_strata(free, corpus, fit, voices, rng), _size(test_fraction, len(units)))
    valid, _ = _pick(rest, _size(valid_fraction, len(units)))
    held = {speaker for unit in (*test, *valid) for speaker in unit}
    train = [speaker for speaker in corpus.speakers if speaker not in held]
    _check_sizes(len(free), len(test), len(valid), len(train), corpus, min_lines)
    seen = _seen_actor(train, corpus, fit, voices, fraction=seen_actor_fraction, rng=rng)
    seen_voices = {voices[speaker] for speaker in seen}
    train = [speaker for speaker in train if voices[speaker] not in seen_voices]
    train_lines, closed_lines = _closed_set(train, corpus, closed_fraction, min_lines, rng)
    outside = {
        "valid": [speaker for unit in valid for speaker in unit if speaker in fit],
        "test": [speaker for unit in test for speaker in unit if speaker in fit],
        "seen_actor": seen,
    }
    utts = {"train": train_lines, "closed": closed_lines} | _lines(outside, corpus)
    left_out = set(corpus.speakers).difference(train, *outside.values())
    return Splits(
        {name: corpus.subset(utts[name]) for name in SETS}, dict.fromkeys(sorted(left_out), _LEFT_OUT)
    )


def _check_fractions(valid: float, test: float, closed: float, seen_actor: float) -> None:
    for name, value in {"valid": valid, "test": test, "closed": closed, "seen_actor": seen_actor}.items():
        if not 0.0 <= value < 1.0:
            raise InputError(f"{name}_fraction {value:g}: expected at least 0 and below 1")
    if valid + test >= 1.0:
        raise InputError(f"valid_fraction {valid:g} and test_fraction {test:g} leave nothing to train on")


def _pinned_speakers(corpus: Corpus, voices: dict[str, str]) -> set[str]:
    """Speakers who must train (`spk2side`), and those who may be the same voice."""
    sides = corpus.spk_tables.get("spk2side", {})
    for speaker, side in sides.items():
        if side != "train":
            raise InputError(f"spk2side: {speaker!r} has the side {side!r}; the only one known is train")
    pinned = {voices[speaker] for speaker in sides}
    return {speaker for speaker, voice in voices.items() if voice in pinned}


def _lines(members: dict[str, list[str]], corpus: Corpus) -> dict[str, list[str]]:
    lines = corpus.spk2utt
    return {name: [utt for speaker in own for utt in lines[speaker]] for name, own in members.items()}


def _fit_speakers(corpus: Corpus, min_lines: int) -> set[str]:
    """Speakers whose trials mean something: enough lines, and more than one recording where that is known."""
    recordings: dict[str, set[str]] = defaultdict(set)
    for utt, recording in corpus.utt_tables.get("utt2rec", {}).items():
        recordings[corpus.utt2spk[utt]].add(recording)
    return {
        speaker
        for speaker, utts in corpus.spk2utt.items()
        if len(utts) >= min_lines and len(recordings.get(speaker, ())) != 1
    }


def _in_strata(
    units: Sequence[list[str]],
    corpus: Corpus,
    fit: set[str],
    voices: dict[str, str],
    rng: np.random.Generator,
) -> list[list[str]]:
    """Units in random order inside strata: first those of several characters, then by gender."""
    gender = corpus.spk_tables.get("spk2gender", {})

    def stratum(unit: list[str]) -> tuple[bool, str]:
        characters = {voices[speaker] for speaker in unit if speaker in fit}
        return (
            len(characters) < 2,
            min((gender[speaker] for speaker in unit if speaker in gender), default=""),
        )

    return sorted((units[place] for place in rng.permutation(len(units))), key=stratum)


def _pick(units: list[list[str]], number: int) -> tuple[list[list[str]], list[list[str]]]:
    """Takes units at even distances (systematic sampling), always the first; and gives the rest."""
    places = {place * len(units) // number for place in range(number)} if units else set()
    picked = [unit for place, unit in enumerate(units) if place in places]
    return picked, [unit for place, unit in enumerate(units) if place not in places]


def _size(fraction: float, units: int) -> int:
    return max(2, round(fraction * units))


def _check_sizes(candidates: int, test: int, valid: int, train: int, corpus: Corpus, min_lines: int) -> None:
    if test >= 2 and valid >= 2 and train >= 2:
        return
    what = "actors" if "spk2va" in corpus.spk_tables else "speakers"
    raise InputError(
        f"too small to split: {candidates} {what} with {min_lines} lines or more give {test} to test, "
        f"{valid} to validation and {train} speakers to training; 2 of each are needed "
        f"(lower min_lines or the fractions, or add voices)"
    )


def _seen_actor(
    train: list[str],
    corpus: Corpus,
    fit: set[str],
    voices: dict[str, str],
    *,
    fraction: float,
    rng: np.random.Generator,
) -> list[str]:
    """Fit training speakers to hold out: one voice of each drawn actor, who keeps another in training."""
    by_actor: dict[str, set[str]] = defaultdict(set)
    actors = corpus.spk_tables.get("spk2va", {})
    for speaker in train:
        if speaker in actors:
            by_actor[actors[speaker]].add(voices[speaker])
    fit_voices = {voices[speaker] for speaker in train if speaker in fit}
    choices = {actor: sorted(own & fit_voices) for actor, own in sorted(by_actor.items()) if len(own) > 1}
    drawable = [actor for actor, own in choices.items() if own]
    number = max(2, round(fraction * len(train))) if fraction else 0
    order = rng.permutation(len(drawable))[:number]
    # One held-out speaker makes no non-target.
    if len(order) < 2 or len(train) - len(order) < 2:
        return []
    held = {choices[drawable[place]][rng.integers(len(choices[drawable[place]]))] for place in order}
    return [speaker for speaker in train if voices[speaker] in held and speaker in fit]


def _closed_set(
    train: list[str], corpus: Corpus, fraction: float, min_lines: int, rng: np.random.Generator
) -> tuple[list[str], list[str]]:
    """Parts the lines of the training speakers in lines to train on and lines to be named."""
    kept: list[str] = []
    closed: list[str] = []
    lines = corpus.spk2utt
    for speaker in train:
        utts = lines[speaker]
        number = max(1, round(fraction * len(utts))) if fraction and len(utts) >= max(2, min_lines) else 0
        chosen = set(rng.permutation(len(utts))[:number].tolist())
        for place, utt in enumerate(utts):
            (closed if place in chosen else kept).append(utt)
    return kept, closed
