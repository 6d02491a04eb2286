"""A longer trial list in the proportions of a short one."""

import numpy as np

from kowairo.core import Corpus, InputError, Trials


def more_trials(trials: Trials, corpus: Corpus, *, factor: int, seed: int = 0) -> Trials:
    """Compare each listed pair of different speakers by more pairs of their lines.

    A low false-alarm rate needs many non-targets before 30 errors place its threshold. All pairs of lines
    would be many, and others than the list's: a list with half of its non-targets inside one source, as
    voices of one game, would lose its hard half. So every listed trial stays, and every non-target brings
    factor - 1 further pairs of its two speakers' lines, drawn without repetition, as far as there are any.

    Args:
        trials: the list.
        corpus: knows the lines of each speaker.
        factor: non-targets for each listed one, at least 1.
        seed: seed of the draw.

    Returns:
        The longer list; listed trials first.

    Raises:
        InputError: the factor is below 1, or a line is not in the corpus.
    """
    if factor < 1:
        raise InputError(f"expected a factor of at least 1, got {factor}")
    missing = next((utt for utt in (*trials.enroll, *trials.test) if utt not in corpus.utt2spk), None)
    if missing is not None:
        raise InputError(f"trial line {missing!r} is not in the corpus")
    lines, rng = corpus.spk2utt, np.random.default_rng(seed)
    listed = list(zip(trials.enroll, trials.test, strict=True))
    used = {frozenset(pair) for pair in listed}
    wanted: dict[tuple[str, str], int] = {}
    for (enroll, test), is_target in zip(listed, trials.target.tolist(), strict=True):
        if not is_target:
            speakers = corpus.utt2spk[enroll], corpus.utt2spk[test]
            wanted[speakers] = wanted.get(speakers, 0) + factor - 1
    pairs = list(listed)
    for (left, right), count in wanted.items():
        pairs += _draw(lines[left], lines[right], count, used, rng)
    target = np.zeros(len(pairs), dtype=np.bool_)
    target[: len(listed)] = trials.target
    return Trials([a for a, _ in pairs], [b for _, b in pairs], target)


def _draw(
    left: list[str], right: list[str], count: int, used: set[frozenset[str]], rng: np.random.Generator
) -> list[tuple[str, str]]:
    """Up to `count` unused pairs; they are used from then on."""
    drawn: list[tuple[str, str]] = []
    for number in rng.permutation(len(left) * len(right)).tolist():
        if len(drawn) == count:
            break
        pair = left[number // len(right)], right[number % len(right)]
        if frozenset(pair) not in used:
            used.add(frozenset(pair))
            drawn.append(pair)
    return drawn
