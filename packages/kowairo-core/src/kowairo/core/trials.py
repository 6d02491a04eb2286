"""Verification trials: pairs of an enrolment and a test, same speaker or not."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core._column_blocks import BLOCK_BYTES
from kowairo.core.errors import InputError, TableError
from kowairo.core.files import atomic_path
from kowairo.core.lines import read_lines, split_columns
from kowairo.core.trial_blocks import iter_trial_blocks


@dataclass(frozen=True, eq=False)
class Trials:
    """A list of trials, in the order of its file.

    Raises:
        InputError: The columns differ in length.
    """

    enroll: list[str]
    """Enrolment id of each trial."""
    test: list[str]
    """Test id of each trial."""
    target: NDArray[np.bool_]
    """(trial,), true where both are one speaker."""

    def __post_init__(self) -> None:
        if not len(self.enroll) == len(self.test) == len(self.target):
            raise InputError(
                f"trials need columns of equal length, got {len(self.enroll)} enrolments, "
                f"{len(self.test)} tests and {len(self.target)} labels"
            )

    def __len__(self) -> int:
        return len(self.enroll)

    def __iter__(self) -> Iterator[tuple[str, str, bool]]:
        """Yield enrolment, test and label of each trial."""
        return zip(self.enroll, self.test, self.target.tolist(), strict=True)


def read_trials(path: Path | str) -> Trials:
    """Read a trial list: `enroll test target|nontarget`, or `1|0 enroll test` (VoxCeleb).

    The first line decides which of the two it is, so that an utterance may be called `1`.

    Args:
        path: The list.

    Returns:
        The trials in file order; an id is one string however often it occurs.

    Raises:
        InputError: There is no such file, or it holds no trial.
        TableError: A line does not follow the layout.
    """
    enroll: list[str] = []
    test: list[str] = []
    target = []
    known: dict[str, str] = {}
    for trials in iter_trials(path):
        enroll.extend(map(known.setdefault, trials.enroll, trials.enroll))
        test.extend(map(known.setdefault, trials.test, trials.test))
        target.append(trials.target)
    return Trials(enroll, test, np.concatenate(target))


def iter_trials(path: Path | str, *, block_bytes: int = BLOCK_BYTES) -> Iterator[Trials]:
    """Read a long trial list as several shorter ones; what can be read is what `read_trials` reads.

    Args:
        path: The list.
        block_bytes: Bytes of the file in a block, about. Memory grows with it and not with the list.

    Yields:
        Trials in file order, one list at least.

    Raises:
        InputError: There is no such file, or it holds no trial.
        TableError: A line does not follow the layout.
    """
    for block in iter_trial_blocks(path, block_bytes=block_bytes):
        yield Trials(block.enroll.texts(), block.test.texts(), block.target)


def read_trial_pair(target_path: Path | str, nontarget_path: Path | str) -> Trials:
    """Read trials from two files of `enroll<TAB>test`: same-speaker pairs and different-speaker pairs.

    Args:
        target_path: Pairs of one speaker, as `tar-enroll-test.txt`.
        nontarget_path: Pairs of two speakers, as `imp-enroll-test.txt`.

    Returns:
        The targets, then the non-targets.

    Raises:
        InputError: A file is missing.
        TableError: A line has not two columns separated by a tab.
    """
    targets = _read_pairs(target_path)
    nontargets = _read_pairs(nontarget_path)
    pairs = targets + nontargets
    labels = np.arange(len(pairs)) < len(targets)
    return Trials([pair[0] for pair in pairs], [pair[1] for pair in pairs], labels)


def _read_pairs(path: Path | str) -> list[tuple[str, str]]:
    pairs = []
    for number, line in read_lines(path):
        columns = line.split("\t")
        if len(columns) != 2:
            raise TableError(path, number, f"expected `enroll<TAB>test`, got {len(columns)} columns")
        pairs.append((columns[0], columns[1]))
    return pairs


def read_spk2enroll(path: Path | str) -> dict[str, list[str]]:
    """Read which utterances enrol each model: `model utterance utterance ...`.

    Args:
        path: The table.

    Returns:
        Utterances by model, models sorted, utterances in the order of the line.

    Raises:
        InputError: There is no such file, or it holds no model.
        TableError: A model stands twice or has no utterance, or an utterance stands twice in one model.
    """
    models: dict[str, list[str]] = {}
    for number, line in read_lines(path):
        model, *utts = split_columns(line)
        if not utts:
            raise TableError(path, number, f"model {model!r} has no utterance")
        if model in models:
            raise TableError(path, number, f"model {model!r} stands twice; put its utterances on one line")
        if len(set(utts)) < len(utts):
            twice = next(utt for place, utt in enumerate(utts) if utt in utts[:place])
            raise TableError(path, number, f"utterance {twice!r} stands twice in model {model!r}")
        models[model] = utts
    if not models:
        raise InputError(f"{path}: no model in it")
    return dict(sorted(models.items()))


def write_trials(path: Path | str, trials: Trials) -> None:
    """Write `enroll test target|nontarget` lines atomically, in the order of the list.

    Args:
        path: The list.
        trials: What to write.
    """
    labels = ("nontarget", "target")
    rows = zip(trials.enroll, trials.test, trials.target.tolist(), strict=True)
    with atomic_path(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{enroll} {test} {labels[target]}\n" for enroll, test, target in rows)
