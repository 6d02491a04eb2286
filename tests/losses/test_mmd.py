import math

import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import MMD
from kowairo.testing import check_domain_loss


@pytest.mark.parametrize("bandwidths", [(1.0,), (0.25, 0.5, 1.0, 2.0, 4.0)])
@pytest.mark.parametrize("unit", ["mean_distance", "absolute"])
def test_mmd_passes_the_contract(bandwidths, unit):
    check_domain_loss(MMD(bandwidths=bandwidths, unit=unit), num_domains=3)


def test_the_loss_of_two_rows_by_hand():
    # Unit vectors at a right angle: squared distance 2, kernel exp(-2 / (2 * 0.25)).
    embeddings = torch.tensor([[3.0, 0.0], [0.0, 0.1]])
    value = MMD(bandwidths=(0.5,), unit="absolute")(embeddings, torch.tensor([0, 1]))
    assert value.item() == pytest.approx(2.0 - 2.0 * math.exp(-4.0), abs=1e-6)


@pytest.mark.parametrize("unit", ["mean_distance", "absolute"])
def test_the_loss_agrees_with_a_loop_over_three_domains(unit):
    embeddings = torch.randn(12, 4, generator=torch.Generator().manual_seed(0))
    domains = [0, 0, 0, 0, 0, 0, 3, 3, 3, 3, 8, 8]
    value = MMD(bandwidths=(0.5, 2.0), unit=unit)(embeddings, torch.tensor(domains))
    assert value.item() == pytest.approx(_naive_mmd(embeddings, domains, unit), abs=1e-5)


def _naive_mmd(embeddings, domains, unit):
    units = [e / e.norm() for e in embeddings]
    square = [[float((a - b).square().sum()) for b in units] for a in units]
    mean = sum(map(sum, square)) / len(units) ** 2 if unit == "mean_distance" else 1.0

    def k(i, j):
        return sum(math.exp(-square[i][j] / (2 * w**2 * mean)) for w in (0.5, 2.0)) / 2

    def mean_k(a, b):
        pairs = [(i, j) for i, x in enumerate(domains) if x == a for j, y in enumerate(domains) if y == b]
        return sum(k(i, j) for i, j in pairs) / len(pairs)

    pairs = [(0, 3), (0, 8), (3, 8)]
    return sum(mean_k(a, a) + mean_k(b, b) - 2 * mean_k(a, b) for a, b in pairs) / 3


def test_equal_domains_have_no_gap():
    rows = torch.randn(5, 4, generator=torch.Generator().manual_seed(0))
    value = MMD()(rows.repeat(2, 1), torch.arange(2).repeat_interleave(5))
    assert value.item() == pytest.approx(0.0, abs=1e-6)


def test_the_gap_grows_with_the_shift():
    rows = torch.randn(40, 4, generator=torch.Generator().manual_seed(0))
    domains = torch.arange(40) % 2
    shifts = [rows + torch.outer(domains.float(), torch.full((4,), shift)) for shift in (0.0, 0.5, 1.0, 2.0)]
    gaps = [MMD()(shifted, domains).item() for shifted in shifts]
    assert gaps == sorted(gaps)


def test_one_domain_costs_nothing():
    assert MMD()(torch.randn(4, 3), torch.zeros(4, dtype=torch.int64)).item() == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("bandwidths", [(), (1.0, 0.0)])
def test_no_bandwidth_and_one_of_zero_are_refused(bandwidths):
    with pytest.raises(InputError, match="bandwidths above 0"):
        MMD(bandwidths=bandwidths)


def test_an_unknown_unit_is_refused():
    with pytest.raises(InputError, match="unit one of"):
        MMD(unit="median")
