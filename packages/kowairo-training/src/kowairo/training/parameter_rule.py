"""Which parameters are trained from when on, and how fast, by patterns of their names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import torch
from torch.nn import Parameter

from kowairo.core import InputError


@dataclass(frozen=True)
class ParameterRule:
    """How the parameters of a pattern are trained; of several rules for one parameter the last holds."""

    pattern: str
    """Shell pattern over names like encoder.backbone.blocks.0.tdnn1.conv.weight and head.loss.weight."""
    learning_rate_factor: float = 1.0
    """Factor on the learning rate."""
    frozen_fraction: float = 0.0
    """Share of the stage's steps, from its start, for which they stay as they are; 1 for the whole stage."""

    def __post_init__(self) -> None:
        """Checks the values."""
        if self.learning_rate_factor <= 0.0:
            raise InputError(
                f"rule {self.pattern!r}: learning_rate_factor must be positive, got "
                f"{self.learning_rate_factor}; frozen_fraction 1 freezes"
            )
        if not 0.0 <= self.frozen_fraction <= 1.0:
            raise InputError(
                f"rule {self.pattern!r}: frozen_fraction is in [0, 1], got {self.frozen_fraction}"
            )

    def first_step(self, total_steps: int) -> int:
        """Step from which on the parameters are trained, from 0; `total_steps` if they never are."""
        return round(self.frozen_fraction * total_steps)


def match_rules(
    parameters: Iterable[tuple[str, Parameter]], rules: Sequence[ParameterRule]
) -> dict[Parameter, ParameterRule]:
    """The rule of each parameter.

    Args:
        parameters: names and parameters.
        rules: rules; a later one overrules an earlier one.

    Returns:
        The rule of each parameter that has one.

    Raises:
        InputError: if a pattern fits no name.
    """
    named = list(parameters)
    for rule in rules:
        if not any(fnmatchcase(name, rule.pattern) for name, _ in named):
            shown = ", ".join(name for name, _ in named[:3])
            raise InputError(f"rule {rule.pattern!r} fits no parameter; their names are like {shown}")
    pairs = ((parameter, rule_of(name, rules)) for name, parameter in named)
    return {parameter: rule for parameter, rule in pairs if rule is not None}


def rule_of(name: str, rules: Sequence[ParameterRule]) -> ParameterRule | None:
    """The last rule that fits a name; None where none does."""
    return next((rule for rule in reversed(rules) if fnmatchcase(name, rule.pattern)), None)


def split_groups(optimizer: torch.optim.Optimizer, factors: Mapping[Parameter, float]) -> None:
    """Divide the groups of a new optimiser by learning-rate factor, each under `learning_rate_factor`.

    Groups of the factor 1 stay where they are; what an optimiser says of a group holds for its parts too.

    Args:
        optimizer: optimiser that has not taken a step.
        factors: factor of each parameter; 1 where there is none.
    """
    groups = []
    for group in optimizer.param_groups:
        parts: dict[float, list[Parameter]] = {}
        for parameter in group["params"]:
            parts.setdefault(factors.get(parameter, 1.0), []).append(parameter)
        groups += [
            {**group, "params": parts[factor], "learning_rate_factor": factor} for factor in sorted(parts)
        ]
    optimizer.param_groups[:] = groups
