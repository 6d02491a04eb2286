import math
from itertools import combinations

import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import PairwiseDistanceMMD
from kowairo.losses.pairwise_distance_mmd import distance_mmd, pair_distances
from kowairo.testing import check_domain_loss

DISTANCES = ["cosine", "rms"]
# Two pairs within a session and two across, as a list of pairs gives them.
WITHIN = torch.tensor([[3.0, 4.0, 0.0], [1.0, 0.0, 0.0]]), torch.tensor([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
ACROSS = torch.tensor([[0.0, 0.0, 1.0], [2.0, 0.0, 0.0]]), torch.tensor([[0.0, 0.0, 5.0], [-1.0, 0.0, 0.0]])


@pytest.mark.parametrize("distance", DISTANCES)
def test_pairwise_distance_mmd_passes_the_contract(distance):
    check_domain_loss(PairwiseDistanceMMD(distance=distance, sigma=0.5), num_domains=3)


def test_both_distances_by_hand():
    assert pair_distances(*WITHIN, distance="cosine").tolist() == pytest.approx([0.4, 1.0], abs=1e-6)
    # The root of the mean square, not the Euclidean length.
    assert pair_distances(*WITHIN, distance="rms").tolist() == pytest.approx(
        [math.sqrt((4 + 16) / 3), math.sqrt(5 / 3)], abs=1e-6
    )


@pytest.mark.parametrize("sigma", [1.0, 0.1])
def test_the_discrepancy_of_listed_pairs_by_hand(sigma):
    # Distances 0.4 and 1 within, 0 and 2 across.
    def k(u, v):
        return math.exp(-((u - v) ** 2) / (2 * sigma**2))

    expected = (2 + 2 * k(0.4, 1)) / 4 + (2 + 2 * k(0, 2)) / 4
    expected -= 2 * (k(0.4, 0) + k(0.4, 2) + k(1, 0) + k(1, 2)) / 4
    within, across = pair_distances(*WITHIN, distance="cosine"), pair_distances(*ACROSS, distance="cosine")
    assert distance_mmd(within, across, sigma=sigma).item() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("labelled", [True, False])
def test_the_loss_agrees_with_a_loop(distance, labelled):
    embeddings = torch.randn(9, 4, generator=torch.Generator().manual_seed(0))
    domains, labels = [0, 1, 2, 0, 1, 0, 0, 1, 1], [5, 5, 5, 5, 7, 7, 7, 7, 7]
    sets = {True: [], False: []}
    for i, j in combinations(range(9), 2):
        if not labelled or labels[i] == labels[j]:
            a, b = embeddings[i], embeddings[j]
            cosine = 1 - torch.cosine_similarity(a, b, dim=0).item()
            rms = (a - b).square().mean().sqrt().item()
            sets[domains[i] == domains[j]].append(cosine if distance == "cosine" else rms)
    expected = _naive_mmd(sets[True], sets[False], 0.3)
    known = torch.tensor(labels) if labelled else None
    value = PairwiseDistanceMMD(sigma=0.3, distance=distance)(embeddings, torch.tensor(domains), known)
    assert value.item() == pytest.approx(expected, abs=1e-5)


def _naive_mmd(first, second, sigma):
    def mean(us, vs):
        return sum(math.exp(-((u - v) ** 2) / (2 * sigma**2)) for u in us for v in vs) / (len(us) * len(vs))

    return mean(first, first) + mean(second, second) - 2 * mean(first, second)


@pytest.mark.parametrize("domains", [[1, 1, 1], [0, 1, 2]])
def test_a_batch_without_one_kind_of_pairs_costs_nothing(domains):
    # The published code takes the mean of nothing there: NaN.
    embeddings = torch.eye(3).requires_grad_()
    value = PairwiseDistanceMMD()(embeddings, torch.tensor(domains))
    value.backward()
    assert value.item() == 0.0
    assert torch.equal(embeddings.grad, torch.zeros(3, 3))


def test_a_sigma_of_zero_is_refused():
    with pytest.raises(InputError, match="positive sigma"):
        PairwiseDistanceMMD(sigma=0.0)


def test_an_unknown_distance_is_refused():
    with pytest.raises(InputError, match="distance one of"):
        PairwiseDistanceMMD(distance="euclidean")
