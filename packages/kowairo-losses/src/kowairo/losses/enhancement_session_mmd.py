"""Distances within a session made to look like distances across sessions, over listed pairs."""

from __future__ import annotations

import torch

from kowairo.core import InputError

from .enhancement_labels import EnhancementLabels
from .pairwise_distance_mmd import PairDistance, distance_mmd, pair_distances


def session_mmd(
    output: torch.Tensor, labels: EnhancementLabels | None, *, distance: PairDistance, sigma: float
) -> torch.Tensor:
    """MMD^2 between the distances of same-session and different-session pairs, mean over speakers.

    Rows 2i and 2i + 1 are pair i. Speakers are told apart where the labels have them. A speaker without one
    of the two kinds of pairs is left out: the mean of nothing is no number.

    Args:
        output: (batch, dim).
        labels: with same_session, and speakers where the batch has several.
        distance: see `PairwiseDistanceMMD`.
        sigma: bandwidth of the kernel.

    Returns:
        Scalar, float32; 0 with zero gradient where no speaker has both kinds.

    Raises:
        InputError: there are no labels of pairs, or not one for two rows.
    """
    if labels is None or labels.same_session is None:
        raise InputError("domain adaptation needs pairs of one speaker, of one session and of two")
    if output.ndim != 2 or len(output) != 2 * len(labels.same_session):
        raise InputError(
            f"expected two rows a pair, got {tuple(output.shape)} for {len(labels.same_session)} pairs"
        )
    with torch.autocast(output.device.type, enabled=False):
        rows = output.float()
        distances = pair_distances(rows[0::2], rows[1::2], distance=distance)
        same = labels.same_session
        if labels.speakers is None:
            return distance_mmd(distances[same], distances[~same], sigma=sigma)
        speakers = labels.speakers[0::2]
        costs = []
        for speaker in torch.unique(speakers):
            within, across = (distances[(speakers == speaker) & kind] for kind in (same, ~same))
            if len(within) and len(across):
                costs.append(distance_mmd(within, across, sigma=sigma))
        return torch.stack(costs).mean() if costs else rows.sum() * 0.0
