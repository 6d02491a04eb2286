"""What is trained: an encoder with a classification head on top."""

import torch
from torch import Tensor, nn

from kowairo.models import Encoder

from .head import Head


class SpeakerModel(nn.Module):
    """Encoder and head as one module, so that they are optimised, averaged and saved together.

    Args:
        encoder: waveforms to embeddings.
        head: classification head over the training speakers.
    """

    def __init__(self, encoder: Encoder, head: Head) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head

    def forward(self, waveforms: Tensor) -> Tensor:
        """Embeddings (batch, dim) of waveforms (batch, time)."""
        embeddings: Tensor = self.encoder(waveforms)
        return embeddings


class WeightAverage(nn.Module):
    """Exponential moving average of a model's weights and buffers.

    The decay rises as min(decay, (1 + n) / (10 + n)) with the number n of updates, so that the random start
    is forgotten in short runs too.

    Args:
        model: model to follow; its copy is what `averaged` holds.
        decay: weight of the past, in (0, 1).
    """

    def __init__(self, model: SpeakerModel, decay: float) -> None:
        super().__init__()
        self.averaged = torch.optim.swa_utils.AveragedModel(
            model, multi_avg_fn=_RisingDecay(decay), use_buffers=True
        )
        self.averaged.requires_grad_(False)

    @property
    def model(self) -> SpeakerModel:
        """The model with averaged weights."""
        module = self.averaged.module
        if not isinstance(module, SpeakerModel):
            raise TypeError(f"expected a SpeakerModel, got {type(module).__name__}")
        return module

    def update(self, model: SpeakerModel) -> None:
        """Take in the model's present weights.

        Args:
            model: the followed model, after an optimiser step.
        """
        self.averaged.update_parameters(model)


class _RisingDecay:
    def __init__(self, decay: float) -> None:
        self._decay = decay

    @torch.no_grad()
    def __call__(
        self,
        averaged: "tuple[Tensor, ...] | list[Tensor]",
        current: "tuple[Tensor, ...] | list[Tensor]",
        num_averaged: "Tensor | int",
    ) -> None:
        count = int(num_averaged)
        decay = min(self._decay, (1 + count) / (10 + count))
        for mean, new in zip(averaged, current, strict=True):
            if mean.is_floating_point():
                mean.lerp_(new, 1.0 - decay)
            else:
                mean.copy_(new)
