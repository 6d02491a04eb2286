import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import AAMSoftmax, Softmax, Triplet
from kowairo.losses.classifier_loss import class_weights


def test_a_classifier_is_its_own_classifier():
    loss = Softmax(4, 3)
    assert loss.classifier is loss
    assert loss.num_classes == 3


def test_a_loss_without_class_weights_has_no_classifier():
    assert Triplet().classifier is None


def test_equal_seeds_give_equal_weights_and_leave_the_global_generator_alone():
    before = torch.random.get_rng_state()
    assert torch.equal(class_weights(4, 3, seed=7), class_weights(4, 3, seed=7))
    assert torch.equal(torch.random.get_rng_state(), before)


def test_weights_lie_within_xaviers_limit():
    assert class_weights(10, 20, seed=0).abs().max() <= (6 / 30) ** 0.5


@pytest.mark.parametrize("make", [Softmax, AAMSoftmax])
def test_no_class_is_refused(make):
    with pytest.raises(InputError, match="positive embedding_dim"):
        make(4, 0)
