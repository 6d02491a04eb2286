import math

import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import DomainAdversarial
from kowairo.testing import check_domain_loss


@pytest.mark.parametrize("num_domains", [2, 3])
def test_domain_adversarial_passes_the_contract(num_domains):
    check_domain_loss(DomainAdversarial(8, num_domains, seed=0), num_domains=num_domains)


def test_the_loss_of_one_embedding_by_hand():
    loss = DomainAdversarial(2, 2, hidden_dim=2)
    loss.hidden_weight.data, loss.weight.data = torch.eye(2), torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    # (-3, 4) becomes sqrt(2) (-0.6, 0.8), its first hidden unit 0.
    expected = math.log(1 + math.exp(0.8 * math.sqrt(2)))
    assert loss(torch.tensor([[-3.0, 4.0]]), torch.tensor([0])).item() == pytest.approx(expected, abs=1e-6)


def test_the_encoder_goes_up_where_the_classifier_goes_down():
    loss = DomainAdversarial(4, 2, seed=0)
    embeddings = torch.randn(8, 4, generator=torch.Generator().manual_seed(0)).requires_grad_()
    domains = torch.arange(8) % 2
    value = loss(embeddings, domains)
    value.backward()
    assert loss(embeddings.detach() - 0.01 * embeddings.grad, domains) > value
    with torch.no_grad():
        loss.weight -= 0.01 * loss.weight.grad
    assert loss(embeddings, domains) < value


def test_the_gradient_of_the_encoder_agrees_with_torch_modules():
    loss = DomainAdversarial(4, 2, reversal_strength=0.3, seed=0)
    embeddings = torch.randn(6, 4, generator=torch.Generator().manual_seed(0)).requires_grad_()
    domains = torch.arange(6) % 2
    (gradient,) = torch.autograd.grad(loss(embeddings, domains), embeddings)
    first, second = torch.nn.Linear(4, 128), torch.nn.Linear(128, 2)
    first.load_state_dict({"weight": loss.hidden_weight, "bias": loss.hidden_bias})
    second.load_state_dict({"weight": loss.weight, "bias": loss.bias})
    logits = second(first(2.0 * embeddings / embeddings.norm(dim=1, keepdim=True)).relu())
    (plain,) = torch.autograd.grad(torch.nn.functional.cross_entropy(logits, domains), embeddings)
    torch.testing.assert_close(gradient, -0.3 * plain)


def test_one_domain_is_refused():
    with pytest.raises(InputError, match="num_domains >= 2"):
        DomainAdversarial(4, 1)


def test_a_negative_strength_is_refused():
    with pytest.raises(InputError, match="reversal_strength >= 0"):
        DomainAdversarial(4, 2).reversal_strength = -1.0
