import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import (
    AdversarialEnhancement,
    Cosine,
    EnhancementAAMSoftmax,
    EnhancementLabels,
    MyTripletCosine,
)
from kowairo.testing import check_enhancement_loss

OUTPUT = torch.tensor([[1.0, 0.0], [0.0, 2.0], [3.0, 3.0]])
TARGET = torch.tensor([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])


def started(**options):
    loss = AdversarialEnhancement(towards=Cosine(), **options)
    loss.start(embedding_dim=2, num_speakers=3, seed=0, num_domains=2)
    return loss


def test_the_adversary_is_added_with_its_weight():
    labels = EnhancementLabels(domains=torch.tensor([0, 1, 1]))
    loss = started(weight=0.5)
    adversary = loss.adversary(OUTPUT, labels.domains)
    expected = Cosine()(OUTPUT, TARGET) + 0.5 * adversary
    assert loss(OUTPUT, TARGET, labels).item() == pytest.approx(expected.item(), abs=1e-6)
    told = loss.adversary.logits(OUTPUT).argmax(dim=1) == labels.domains
    assert loss.figure(OUTPUT, TARGET, labels).item() == pytest.approx(told.float().mean().item())


def test_it_passes_the_contract_of_enhancement_losses():
    check_enhancement_loss(AdversarialEnhancement())
    check_enhancement_loss(AdversarialEnhancement(towards=EnhancementAAMSoftmax()))


def test_a_net_is_judged_by_the_objective_without_the_adversary():
    labels = EnhancementLabels(speakers=torch.tensor([-1, -1, -1]), domains=torch.tensor([0, 1, 1]))
    assert started().validation(OUTPUT, TARGET, labels).item() == Cosine()(OUTPUT, TARGET).item()
    classifier = AdversarialEnhancement(towards=EnhancementAAMSoftmax())
    classifier.start(embedding_dim=2, num_speakers=3, seed=0, num_domains=2)
    assert classifier.validation(OUTPUT, TARGET, labels) is None


def test_rows_of_unknown_domain_are_left_out():
    loss = started()
    nothing = EnhancementLabels(domains=torch.tensor([-1, -1, -1]))
    assert loss(OUTPUT, TARGET, nothing).item() == Cosine()(OUTPUT, TARGET).item()
    assert loss.figure(OUTPUT, TARGET, nothing) is None
    one = EnhancementLabels(domains=torch.tensor([-1, 1, -1]))
    expected = Cosine()(OUTPUT, TARGET) + 0.1 * loss.adversary(OUTPUT[1:2], torch.tensor([1]))
    assert loss(OUTPUT, TARGET, one).item() == pytest.approx(expected.item(), abs=1e-6)


def test_what_lowers_the_loss_for_the_net_raises_it_for_the_classifier():
    labels = EnhancementLabels(domains=torch.tensor([0, 1, 1]))
    loss = AdversarialEnhancement(towards=_Nothing(), weight=1.0)
    loss.start(embedding_dim=2, num_speakers=1, seed=0, num_domains=2)
    output = OUTPUT.clone().requires_grad_()
    before = loss(output, TARGET, labels)
    before.backward()
    moved = (output - 0.1 * output.grad / output.grad.norm()).detach()
    assert loss(moved, TARGET, labels) > before
    with torch.no_grad():
        for parameter in loss.parameters():
            parameter -= 0.01 * parameter.grad
    assert loss(OUTPUT, TARGET, labels) < before


class _Nothing(Cosine):
    def forward(self, output, target, labels=None):
        return output.sum() * 0.0


def test_what_it_needs_follows_from_the_objective_inside():
    assert AdversarialEnhancement(towards=MyTripletCosine()).list_kind == "triplet"
    assert AdversarialEnhancement().list_kind == "normal"
    assert AdversarialEnhancement().uses_domains


def test_missing_domains_are_refused():
    with pytest.raises(InputError, match="two domains or more, got 1; name a table"):
        AdversarialEnhancement().start(embedding_dim=2, num_speakers=1, seed=0, num_domains=1)
    with pytest.raises(InputError, match="needs the domains of the batch"):
        started()(OUTPUT, TARGET, EnhancementLabels())
    with pytest.raises(InputError, match="call start first"):
        AdversarialEnhancement()(OUTPUT, TARGET, EnhancementLabels(domains=torch.zeros(3, dtype=torch.int64)))
    with pytest.raises(InputError, match="a weight of 0 or more, got -1"):
        AdversarialEnhancement(weight=-1)
