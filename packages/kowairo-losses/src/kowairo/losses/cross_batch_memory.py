"""Embeddings of past batches."""

from __future__ import annotations

import torch
from torch import nn

from kowairo.core import InputError


class CrossBatchMemory(nn.Module):
    """The last `size` embeddings and their labels, newest first; empty places have the label -1.

    Embeddings of a few batches ago still fit, as the encoder moves slowly: a small batch then compares with
    many. In the first `warmup_batches` batches, where it moves fast, the memory fills but `labels_in_use`
    says that it is empty. Both matrices are saved with the weights: a continued run compares with the same.

    Args:
        embedding_dim: dimension of the embeddings.
        size: number of embeddings.
        warmup_batches: batches before the memory is used.

    Raises:
        InputError: a size or dimension that is not positive, or a negative warm-up.

    Source: Wang, Zhang, Huang and Scott (2020).
    """

    rows: torch.Tensor
    labels: torch.Tensor
    batches: torch.Tensor

    def __init__(self, embedding_dim: int, *, size: int = 4096, warmup_batches: int = 0) -> None:
        super().__init__()
        if embedding_dim < 1 or size < 1 or warmup_batches < 0:
            raise InputError(
                "expected a positive embedding_dim and size and warmup_batches >= 0, "
                f"got {embedding_dim}, {size} and {warmup_batches}"
            )
        self.warmup_batches = warmup_batches
        self.register_buffer("rows", torch.zeros(size, embedding_dim))
        self.register_buffer("labels", torch.full((size,), -1))
        self.register_buffer("batches", torch.zeros((), dtype=torch.int64))

    @property
    def labels_in_use(self) -> torch.Tensor:
        """(size,), int64: the labels, all -1 during the warm-up."""
        return torch.where(self.batches < self.warmup_batches, -1, self.labels)

    @torch.no_grad()
    def add(self, embeddings: torch.Tensor, labels: torch.Tensor) -> None:
        """Takes in a batch; the oldest rows go.

        Args:
            embeddings: (batch, dim); kept without gradient.
            labels: (batch,), int64, from 0.
        """
        size = len(self.labels)
        # New tensors: a backward pass still to come may want the old ones.
        self.rows = torch.cat([embeddings.detach().to(self.rows), self.rows])[:size]
        self.labels = torch.cat([labels.to(self.labels), self.labels])[:size]
        self.batches = self.batches + 1
