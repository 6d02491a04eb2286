"""The contracts of enhancement nets: an embedding in, or several of one speaker, a better embedding out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from inspect import signature

import torch
from torch import nn

Plain = None | bool | int | float | str
"""What an initial argument of an enhancer may be, so that plain YAML can hold it."""


class EnhancementNet(nn.Module, ABC):
    """What both kinds of nets have in common.

    ``init_args`` rebuilds the same architecture: ``type(net)(**net.init_args)``. It needs no code in a net
    that keeps every argument of its constructor under the argument's name.
    """

    dim: int
    """Dimension of the embeddings, for nets that keep it."""

    @property
    def input_dim(self) -> int:
        """Dimension of the embeddings that go in. Here: `dim`."""
        return self.dim

    @property
    def output_dim(self) -> int:
        """Dimension of the embeddings that come out. Here: `dim`."""
        return self.dim

    @property
    def init_args(self) -> Mapping[str, Plain]:
        """Keyword arguments that build a net of the same architecture.

        Here: the attributes that are named as the arguments of the constructor.
        """
        return {name: getattr(self, name) for name in signature(type(self)).parameters}

    def reset_parameters(self) -> None:
        """Draw the initial weights of all layers again, from torch's global generator."""
        for module in self.modules():
            reset = getattr(module, "reset_parameters", None)
            if module is not self and callable(reset):
                reset()

    @abstractmethod
    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Enhance embeddings.

        Args:
            embeddings: (batch, input_dim), or (batch, items, input_dim) where a net takes sets.

        Returns:
            (batch, output_dim), not necessarily of unit length.
        """


class Enhancer(EnhancementNet):
    """A net on top of a frozen encoder that maps embeddings to embeddings, row by row.

    In evaluation mode the output of a row does not depend on the other rows. A new enhancer is one subclass
    in one file; ``kowairo.testing.check_enhancer`` is its contract suite.
    """


class SetEnhancer(EnhancementNet):
    """A net that makes one embedding of several utterances of a speaker.

    It takes (batch, items, input_dim), each item of unit length; a row of zeros is no item, so that sets of
    different sizes share a batch. The output depends neither on the order of a set's items nor on other sets,
    and any number of items from one on is allowed. A new one is one subclass in one file;
    ``kowairo.testing.check_set_enhancer`` is its contract suite.
    """
