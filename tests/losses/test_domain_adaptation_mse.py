import math

import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import DomainAdaptationMSE, EnhancementLabels
from kowairo.testing import check_enhancement_loss


def test_domain_adaptation_mse_passes_the_contract():
    check_enhancement_loss(DomainAdaptationMSE(sigma=0.5))


def test_domain_adaptation_mse_of_a_hand_worked_batch():
    output = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0]])
    target = torch.tensor([[1.0, 0.0]]).expand(4, 2)
    labels = EnhancementLabels(same_session=torch.tensor([True, False]))
    # Distances 1 within (differences 1 and -1) and 0 across, at sigma 1: 1 + 1 - 2 e^-0.5.
    # Squared errors 0, 2, 0, 0 of 8 entries. The distance 0 is 1e-6, so that its slope is finite.
    expected = 2 - 2 * math.exp(-0.5) + 2 / 8
    loss = DomainAdaptationMSE()
    assert loss(output, target, labels).item() == pytest.approx(expected, abs=2e-6)
    assert loss.figure(output, target, labels).item() == pytest.approx(2 - 2 * math.exp(-0.5), abs=2e-6)


def test_without_a_different_session_pair_only_squared_error_is_left():
    output, target = torch.eye(2).requires_grad_(), torch.ones(2, 2)
    loss = DomainAdaptationMSE()
    value = loss(output, target, EnhancementLabels(same_session=torch.tensor([True])))
    value.backward()
    assert value.item() == pytest.approx(loss.mse(output, target).item())
    assert output.grad.isfinite().all()


def test_a_sigma_of_zero_is_refused():
    with pytest.raises(InputError, match="positive sigma"):
        DomainAdaptationMSE(sigma=0.0)
