"""Comparing the keys and shapes of states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch

from kowairo.core import InputError

_MOST_LISTED = 20


def refuse_mismatch(
    state: Mapping[str, torch.Tensor], expected: Mapping[str, torch.Tensor], *, source: str
) -> None:
    """Refuses a state that does not fit wholly.

    Args:
        state: key to tensor, as read.
        expected: key to tensor, as the encoder has them.
        source: what the message calls the state.

    Raises:
        InputError: keys are missing or unexpected, or shapes differ; the message lists them.
    """
    missing = sorted(expected.keys() - state.keys())
    unexpected = sorted(state.keys() - expected.keys())
    other_shapes = [
        f"{key} {tuple(state[key].shape)} instead of {tuple(expected[key].shape)}"
        for key in sorted(expected.keys() & state.keys())
        if state[key].shape != expected[key].shape
    ]
    problems = {"missing": missing, "unexpected": unexpected, "of another shape": other_shapes}
    lines = [f"{len(keys)} {what}: {_listed(keys)}" for what, keys in problems.items() if keys]
    if lines:
        raise InputError(
            f"{source}: {len(expected) - len(missing) - len(other_shapes)} of {len(expected)} tensors fit, "
            f"all must; " + "; ".join(lines)
        )


def _listed(keys: Iterable[str]) -> str:
    names = list(keys)
    more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
    return ", ".join(names[:_MOST_LISTED]) + more
