import math

import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import EnhancementLabels
from kowairo.losses.enhancement_session_mmd import session_mmd

# Pairs in turn: same session with distances 0.4 and 1, different sessions with 0 and 2 (cosine).
ROWS = torch.tensor(
    [
        [3.0, 4.0, 0.0],
        [1.0, 0.0, 0.0],
        [1.0, 0.0, 0.0],
        [0.0, 2.0, 0.0],
        [0.0, 0.0, 1.0],
        [0.0, 0.0, 5.0],
        [2.0, 0.0, 0.0],
        [-1.0, 0.0, 0.0],
    ]
)
SAME = torch.tensor([True, True, False, False])


def kernel(u, v, sigma):
    return math.exp(-((u - v) ** 2) / (2 * sigma**2))


@pytest.mark.parametrize("sigma", [1.0, 0.1])
def test_the_discrepancy_of_listed_pairs_by_hand(sigma):
    k = {(u, v): kernel(u, v, sigma) for u in (0.4, 1, 0, 2) for v in (0.4, 1, 0, 2)}
    expected = (2 + 2 * k[0.4, 1]) / 4 + (2 + 2 * k[0, 2]) / 4
    expected -= 2 * (k[0.4, 0] + k[0.4, 2] + k[1, 0] + k[1, 2]) / 4
    value = session_mmd(ROWS, EnhancementLabels(same_session=SAME), distance="cosine", sigma=sigma)
    assert value.item() == pytest.approx(expected, abs=1e-6)


def test_several_speakers_cost_the_mean_of_what_each_costs():
    one = EnhancementLabels(same_session=SAME)
    alone = [session_mmd(rows, one, distance="rms", sigma=0.5) for rows in (ROWS, 3 * ROWS.flip(1) + 1)]
    both = EnhancementLabels(
        same_session=SAME.repeat(2), speakers=torch.tensor([4, 7]).repeat_interleave(len(ROWS))
    )
    together = session_mmd(torch.cat([ROWS, 3 * ROWS.flip(1) + 1]), both, distance="rms", sigma=0.5)
    assert together.item() == pytest.approx(torch.stack(alone).mean().item(), abs=1e-6)


def test_a_speaker_with_one_kind_of_pairs_is_left_out_of_the_mean():
    both = EnhancementLabels(
        same_session=torch.cat([SAME, torch.ones(2, dtype=torch.bool)]),
        speakers=torch.tensor([0] * 8 + [1] * 4),
    )
    alone = session_mmd(ROWS, EnhancementLabels(same_session=SAME), distance="cosine", sigma=1.0)
    beside = session_mmd(torch.cat([ROWS, ROWS[:4]]), both, distance="cosine", sigma=1.0)
    assert beside.item() == pytest.approx(alone.item(), abs=1e-6)


@pytest.mark.parametrize("speakers", [None, torch.zeros(8, dtype=torch.int64)])
def test_nothing_to_compare_costs_nothing_and_is_never_nan(speakers):
    rows = ROWS.clone().requires_grad_()
    labels = EnhancementLabels(same_session=torch.ones(4, dtype=torch.bool), speakers=speakers)
    value = session_mmd(rows, labels, distance="cosine", sigma=1.0)
    value.backward()
    assert value.item() == 0.0
    assert torch.equal(rows.grad, torch.zeros_like(ROWS))


def test_rows_that_are_no_pairs_are_refused():
    with pytest.raises(InputError, match=r"two rows a pair, got \(7, 3\) for 4 pairs"):
        session_mmd(ROWS[:7], EnhancementLabels(same_session=SAME), distance="cosine", sigma=1.0)
