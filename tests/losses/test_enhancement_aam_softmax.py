import math

import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import AdversarialEnhancement, EnhancementAAMSoftmax, EnhancementLabels
from kowairo.testing import check_enhancement_loss

MEANS = torch.tensor([[2.0, 0.0], [0.0, 0.5]])


def started(**options):
    loss = EnhancementAAMSoftmax(**options)
    loss.start(embedding_dim=2, num_speakers=2, seed=0)
    loss.start_from_means(MEANS)
    return loss


def test_the_loss_passes_the_contract():
    check_enhancement_loss(EnhancementAAMSoftmax())


def test_a_hand_worked_row_against_the_speakers_means():
    # Cosines 0.6 and 0.8 with the means' directions; the margin adds 0.1 to the angle of its own.
    output, labels = torch.tensor([[3.0, 4.0]]), EnhancementLabels(speakers=torch.tensor([0]))
    own, other = 2 * math.cos(math.acos(0.6) + 0.1), 2 * 0.8
    value = started(margin_rad=0.1, scale=2.0)(output, output, labels)
    assert value.item() == pytest.approx(math.log1p(math.exp(other - own)), abs=1e-6)


def test_strangers_are_left_out_and_cost_nothing_alone():
    loss, output = started(), torch.tensor([[3.0, 4.0], [1.0, 0.0]])
    both, one = (EnhancementLabels(speakers=torch.tensor(speakers)) for speakers in ([-1, 0], [0]))
    assert loss(output, output, both).item() == pytest.approx(loss(output[1:], output[1:], one).item())
    assert loss(output, output, EnhancementLabels(speakers=torch.tensor([-1, -1]))).item() == 0
    assert loss.figure(output, output, both).item() == 1


def test_speakers_without_a_mean_keep_drawn_weights():
    loss = EnhancementAAMSoftmax()
    loss.start(embedding_dim=2, num_speakers=2, seed=0)
    drawn = loss.head.weight.detach().clone()
    loss.start_from_means(torch.tensor([[torch.nan, 1.0], [0.0, 3.0]]))
    assert torch.equal(loss.head.weight[0], drawn[0])
    assert loss.head.weight[1].tolist() == [0.0, 1.0]
    loss.start_from_means(torch.ones(2, 5))  # the net changes the dimension
    assert loss.head.weight[1].tolist() == [0.0, 1.0]


def test_an_adversary_hands_the_means_on():
    loss = AdversarialEnhancement(towards=EnhancementAAMSoftmax())
    loss.start(embedding_dim=2, num_speakers=2, seed=0, num_domains=2)
    loss.start_from_means(MEANS)
    assert loss.towards.head.weight.tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_wrong_settings_and_labels_are_refused():
    with pytest.raises(InputError, match="margin"):
        EnhancementAAMSoftmax(margin_rad=3.0)
    with pytest.raises(InputError, match="call start first"):
        EnhancementAAMSoftmax().start_from_means(MEANS)
    with pytest.raises(InputError, match="needs the speakers"):
        started()(torch.ones(1, 2), torch.ones(1, 2))
