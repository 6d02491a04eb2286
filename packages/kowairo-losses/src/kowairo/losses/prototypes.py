"""Rows of a batch grouped by speaker, and split into queries and prototypes."""

from __future__ import annotations

from typing import NamedTuple

import torch


class Groups(NamedTuple):
    """The rows of a batch by speaker."""

    group: torch.Tensor
    """(batch,), int64, the group of each row."""
    sums: torch.Tensor
    """(groups, dim), sum of the rows of a group."""
    sizes: torch.Tensor
    """(groups,), int64, rows of a group."""


def group_rows(rows: torch.Tensor, labels: torch.Tensor) -> Groups:
    """Groups rows by label.

    Args:
        rows: (batch, dim).
        labels: (batch,), int64, any values.

    Returns:
        Groups in ascending order of the labels.
    """
    names, group, sizes = torch.unique(labels, return_inverse=True, return_counts=True)
    sums = rows.new_zeros(len(names), rows.shape[1]).index_add(0, group, rows)
    return Groups(group, sums, sizes)


def queries_and_prototypes(rows: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The first row of each speaker as a query, the mean of its other rows as its prototype.

    Args:
        rows: (batch, dim).
        labels: (batch,), int64.

    Returns:
        Two matrices (speakers, dim), over the speakers with at least two rows.
    """
    group, sums, sizes = group_rows(rows, labels)
    places = torch.arange(len(rows), device=rows.device)
    first = places.new_full((len(sizes),), len(rows)).scatter_reduce(0, group, places, "amin")
    queries = rows[first]
    several = sizes > 1
    prototypes = (sums - queries) / (sizes - 1).clamp(min=1).unsqueeze(1)
    return queries[several], prototypes[several]
