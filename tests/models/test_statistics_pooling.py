import pytest
import torch

from kowairo.models import StatisticsPooling
from kowairo.models.statistics_pooling import weighted_statistics


@pytest.mark.parametrize(("correction", "deviation"), [(0, 1.0), (1, 2.0**0.5)])
def test_statistics_by_hand(correction, deviation):
    frames = torch.tensor([[[1.0, 5.0], [3.0, 5.0]]])  # (batch 1, time 2, channels 2)
    pooled = StatisticsPooling(num_channels=2, correction=correction, variance_offset=1e-8)(frames)
    torch.testing.assert_close(pooled, torch.tensor([[2.0, 5.0, deviation, 1e-4]]))


def test_equal_logits_give_the_plain_statistics():
    frames = torch.randn(2, 9, 3, generator=torch.Generator().manual_seed(0))
    expected = StatisticsPooling(num_channels=3, correction=0, variance_offset=0.0)(frames)
    actual = weighted_statistics(frames, torch.zeros(2, 9, 1), least_variance=1e-7)
    torch.testing.assert_close(actual, expected)


def test_weighted_statistics_by_hand():
    frames = torch.tensor([[[0.0], [4.0]]])
    logits = torch.tensor([[[1.0], [3.0]]]).log()  # weights 1/4 and 3/4
    pooled = weighted_statistics(frames, logits, least_variance=1e-7)
    torch.testing.assert_close(pooled, torch.tensor([[3.0, 3.0**0.5]]))


def test_a_small_variance_beside_a_large_mean_does_not_cancel():
    frames = 1000.0 + torch.tensor([[[-0.5], [0.5]]])
    pooled = weighted_statistics(frames, torch.zeros(1, 2, 1), least_variance=1e-7)
    torch.testing.assert_close(pooled, torch.tensor([[1000.0, 0.5]]))
