import numpy as np
import pytest


@pytest.fixture(params=["no ties", "many ties"])
def overlapping(request):
    """Target and non-target scores that overlap."""
    rng = np.random.default_rng(3)
    digits = {"no ties": 9, "many ties": 1}[request.param]
    return rng.normal(1.5, 1, 300).round(digits), rng.normal(0, 1, 800).round(digits)


@pytest.fixture(params=[np.float32, np.float64])
def many(request):
    """More scores than are sorted whole, with a few far off."""
    rng = np.random.default_rng(4)
    target, nontarget = rng.normal(3, 1, 30_000), rng.normal(0, 1, 300_000)
    nontarget[:3] = -40.0
    return target.round(3).astype(request.param), nontarget.round(3).astype(request.param)
