import math

import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import DomainAdaptationCosine, EnhancementLabels
from kowairo.testing import check_enhancement_loss


def test_domain_adaptation_cosine_passes_the_contract():
    check_enhancement_loss(DomainAdaptationCosine(sigma=0.5))


def test_domain_adaptation_cosine_of_a_hand_worked_batch():
    output = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0]])
    target = torch.tensor([[1.0, 0.0]]).expand(4, 2)
    labels = EnhancementLabels(same_session=torch.tensor([True, False]))
    # Distances 1 within and 0 across, at sigma 1: 1 + 1 - 2 e^-0.5. Cosines with the target 1, 0, 1, 1.
    expected = 2 - 2 * math.exp(-0.5) + 1 - 3 / 4
    loss = DomainAdaptationCosine()
    assert loss(output, target, labels).item() == pytest.approx(expected, abs=1e-6)
    assert loss.figure(output, target, labels).item() == pytest.approx(2 - 2 * math.exp(-0.5), abs=2e-6)


def test_without_a_different_session_pair_only_cosine_distance_is_left():
    output, target = torch.eye(2).requires_grad_(), torch.ones(2, 2)
    loss = DomainAdaptationCosine()
    value = loss(output, target, EnhancementLabels(same_session=torch.tensor([True])))
    value.backward()
    assert value.item() == pytest.approx(loss.cosine(output, target).item())
    assert output.grad.isfinite().all()


def test_a_sigma_of_zero_is_refused():
    with pytest.raises(InputError, match="positive sigma"):
        DomainAdaptationCosine(sigma=0.0)
