"""Convex hull of the ROC by pooling adjacent violators."""

from __future__ import annotations

import numpy as np

from kowairo.scoring.metrics._points import Points


def convex_hull(points: Points) -> Points:
    """Vertices of the hull of all operating points, from "accept all" to "reject all".

    Between two vertices the share of targets is one step of the isotonic regression of the labels on the
    scores, which is how the hull is found: in linear time.

    Args:
        points: Every operating point, ties merged.

    Returns:
        The points that are vertices; their thresholds are scores of the list.

    Source: M. Ayer et al., 1955 (pooling adjacent violators); T. Fawcett and A. Niculescu-Mizil, 2007
    (that it gives the ROC's convex hull).
    """
    from scipy.optimize import isotonic_regression  # slow to import, and few callers need it

    targets, nontargets = np.diff(points.misses), np.diff(points.rejections)
    trials = targets + nontargets
    vertices = isotonic_regression(targets / trials, weights=trials).blocks
    return Points(
        threshold=points.threshold[vertices],
        misses=points.misses[vertices],
        rejections=points.rejections[vertices],
        num_target=points.num_target,
        num_nontarget=points.num_nontarget,
    )
