"""Optimisers by name: settings that build a torch optimiser over named parameters."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch.nn import Parameter


class OptimizerConfig(ABC):
    """Settings of an optimiser."""

    learning_rate: float

    @abstractmethod
    def build(self, parameters: Iterable[tuple[str, Parameter]]) -> torch.optim.Optimizer:
        """Make the optimiser.

        Args:
            parameters: names and trainable parameters.
        """


def _groups(parameters: Iterable[tuple[str, Parameter]], weight_decay: float) -> list[dict[str, object]]:
    # Decay on biases and normalisation gains only shrinks the features' scale, so vectors are spared.
    kept = [parameter for _, parameter in parameters if parameter.requires_grad]
    return [
        {"params": [p for p in kept if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in kept if p.ndim <= 1], "weight_decay": 0.0},
    ]


@dataclass(frozen=True)
class AdamW(OptimizerConfig):
    """AdamW (Loshchilov and Hutter, 2019), weight decay on matrices and kernels only.

    Attributes:
        learning_rate: learning rate at the top of the schedule.
        weight_decay: decoupled weight decay.
    """

    learning_rate: float = 1e-3
    weight_decay: float = 1e-2

    def build(self, parameters: Iterable[tuple[str, Parameter]]) -> torch.optim.Optimizer:
        """Make the optimiser; see `OptimizerConfig.build`."""
        return torch.optim.AdamW(_groups(parameters, self.weight_decay), lr=self.learning_rate)


@dataclass(frozen=True)
class SGD(OptimizerConfig):
    """Stochastic gradient descent with Nesterov momentum, weight decay on matrices and kernels only.

    Attributes:
        learning_rate: learning rate at the top of the schedule.
        momentum: momentum.
        weight_decay: L2 penalty.
    """

    learning_rate: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 1e-4

    def build(self, parameters: Iterable[tuple[str, Parameter]]) -> torch.optim.Optimizer:
        """Make the optimiser; see `OptimizerConfig.build`."""
        return torch.optim.SGD(
            _groups(parameters, self.weight_decay),
            lr=self.learning_rate,
            momentum=self.momentum,
            nesterov=self.momentum > 0.0,
        )
