"""A transformer over several utterances of one speaker."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from kowairo.core import InputError
from kowairo.enhance.base import SetEnhancer


class SetTransformer(SetEnhancer):
    """``y = mean(X) + f(X)``: the plain mean of the unit-length items, corrected by a set transformer.

    f projects the items to a width, lets each attend to all (blocks of self-attention and a feed-forward
    layer, normalised before and added), pools them by the attention of one learnt query, and projects back.
    There is no place of an item anywhere, so the order cannot matter. The last projection starts at zero:
    untrained, the net is the plain mean.

    Args:
        dim: D, dimension of the embeddings going in and coming out.
        width: Width of the transformer, a multiple of num_heads.
        num_blocks: Blocks of self-attention; 0 leaves the pooling only.
        num_heads: Heads of every attention.
        dropout: Probability of zeroing a value of what a block adds, in [0, 1).

    Raises:
        InputError: A value is out of range.

    Source: J. Lee and others, 2019 (blocks SAB and pooling PMA with one seed, here normalised before, as R.
    Xiong and others, 2020); the residual path around the whole net is ours.
    """

    def __init__(
        self, dim: int, *, width: int = 128, num_blocks: int = 2, num_heads: int = 4, dropout: float = 0.1
    ) -> None:
        super().__init__()
        if min(dim, width, num_heads) < 1 or num_blocks < 0 or width % num_heads or not 0 <= dropout < 1:
            raise InputError(
                "expected a positive dim, a width that num_heads divides, num_blocks of 0 or more and a "
                f"dropout in [0, 1), got {dim}, {width}, {num_heads}, {num_blocks} and {dropout}"
            )
        self.dim, self.width, self.num_blocks = dim, width, num_blocks
        self.num_heads, self.dropout = num_heads, dropout
        self.first = nn.Linear(dim, width)
        self.blocks = nn.ModuleList(
            [AttentionBlock(width, num_heads=num_heads, dropout=dropout) for _ in range(num_blocks)]
        )
        self.query = nn.Parameter(torch.empty(1, 1, width))
        self.pooling = AttentionBlock(width, num_heads=num_heads, dropout=dropout)
        self.last = nn.Linear(width, dim)
        self._start()

    def reset_parameters(self) -> None:
        """Draw all layers and the query again, and set the last projection to zero."""
        super().reset_parameters()
        self._start()

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Map sets (batch, items, dim), zeros where there is no item, to (batch, dim)."""
        if embeddings.ndim != 3 or embeddings.shape[2] != self.dim:
            raise InputError(f"expected sets (batch, items, {self.dim}), got {tuple(embeddings.shape)}")
        present = embeddings.ne(0).any(dim=2)  # (batch, items)
        items = self.first(embeddings)
        for block in self.blocks:
            items = block(items, items, present)
        pooled: torch.Tensor = self.pooling(self.query.expand(len(items), -1, -1), items, present)
        correction: torch.Tensor = self.last(pooled[:, 0])
        return plain_mean(embeddings) + correction

    def _start(self) -> None:
        # As an embedding table: long enough to tell items apart from the first step on.
        nn.init.normal_(self.query)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)


class AttentionBlock(nn.Module):
    """Queries attend to items; then a feed-forward layer. Both are normalised before, and added.

    Args:
        width: Width of queries and items.
        num_heads: Heads.
        dropout: Probability of zeroing a value of what is added.
    """

    def __init__(self, width: int, *, num_heads: int, dropout: float) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.norm_queries, self.norm_items = nn.LayerNorm(width), nn.LayerNorm(width)
        self.to_query, self.to_key_value = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.norm_forward = nn.LayerNorm(width)
        self.widen, self.narrow = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, queries: torch.Tensor, items: torch.Tensor, present: torch.Tensor) -> torch.Tensor:
        """Queries (batch, queries, width) over the items (batch, items, width) that are present."""
        query = self._heads(self.to_query(self.norm_queries(queries)))
        key, value = self.to_key_value(self.norm_items(items)).chunk(2, dim=-1)
        mask = present[:, None, None, :]  # (batch, heads, queries, items)
        found = F.scaled_dot_product_attention(
            query, self._heads(key), self._heads(value), attn_mask=mask
        )  # (batch, heads, queries, width / heads)
        attended = self.out(found.transpose(1, 2).flatten(2))
        queries = queries + self.dropout(attended)
        forward: torch.Tensor = self.narrow(F.gelu(self.widen(self.norm_forward(queries))))
        added: torch.Tensor = self.dropout(forward)
        return queries + added

    def _heads(self, values: torch.Tensor) -> torch.Tensor:
        """(batch, n, width) to (batch, heads, n, width / heads)."""
        batch, count, width = values.shape
        return values.view(batch, count, self.num_heads, width // self.num_heads).transpose(1, 2)


def plain_mean(embeddings: torch.Tensor) -> torch.Tensor:
    """Mean of the items of each set.

    Args:
        embeddings: (batch, items, dim), zeros where there is no item.

    Returns:
        (batch, dim); zeros for a set without items.
    """
    counts = embeddings.ne(0).any(dim=2).sum(dim=1, keepdim=True).clamp(min=1)
    return embeddings.sum(dim=1) / counts
