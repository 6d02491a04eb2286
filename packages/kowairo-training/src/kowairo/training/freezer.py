"""Parameters that stay as they are for a part of a stage."""

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import Parameter

from kowairo.core import InputError

from .parameter_rule import ParameterRule, match_rules, rule_of, split_groups


class Freezer:
    """Says at each step which parameters are trained, from the step's number alone.

    A frozen parameter requires no gradient, and a BatchNorm whose parameters are all frozen keeps its
    statistics: they are part of what the layers behind it were trained on. A BatchNorm without parameters
    goes by the rule that fits its `running_mean`.

    Args:
        model: model to train. Parameters that are frozen for the whole stage stop requiring a gradient at
            once, so that no optimiser takes them up.
        rules: which parameters are frozen how long, and how fast the others are trained.
        total_steps: steps of the stage.

    Raises:
        InputError: if a rule fits no parameter, or there is a step at which none is trained.
    """

    def __init__(self, model: nn.Module, rules: Sequence[ParameterRule], *, total_steps: int) -> None:
        found = match_rules(model.named_parameters(), rules)
        self._factors = {parameter: rule.learning_rate_factor for parameter, rule in found.items()}
        first_step = {parameter: rule.first_step(total_steps) for parameter, rule in found.items()}
        for parameter, step in first_step.items():
            parameter.requires_grad_(parameter.requires_grad and step < total_steps)
        self._starts = [(p, first_step.get(p, 0)) for p in model.parameters() if p.requires_grad]
        if not any(step == 0 for _, step in self._starts):
            raise InputError("parameter rules: at the first step everything is frozen")
        self._norms: list[tuple[nn.Module, int]] = []
        for name, module in model.named_modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                steps = [first_step.get(parameter, 0) for parameter in module.parameters()]
                rule = rule_of(f"{name}.running_mean", rules)
                alone = 0 if rule is None else rule.first_step(total_steps)
                self._norms.append((module, max(steps, default=alone)))

    def set_factors(self, optimizer: torch.optim.Optimizer) -> None:
        """Enter the learning-rate factors into a new optimiser; see `split_groups`."""
        if self._factors:
            split_groups(optimizer, self._factors)

    def trained_at(self, step: int) -> list[Parameter]:
        """Freeze and unfreeze for a step.

        Args:
            step: step about to be taken, from 0.

        Returns:
            The parameters that this step trains, in the order of the model.
        """
        trained = []
        for parameter, start in self._starts:
            parameter.requires_grad_(step >= start)
            if step >= start:
                trained.append(parameter)
            else:
                parameter.grad = None
        for norm, start in self._norms:
            if step < start:
                norm.eval()
            elif start > 0:
                norm.train()
        return trained
