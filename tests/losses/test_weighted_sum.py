import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import MMD, AAMSoftmax, Prototypical, Softmax, Triplet, WeightedSum, WeightedTerm
from kowairo.testing import check_loss


def test_a_sum_passes_the_contract():
    check_loss(WeightedSum([WeightedTerm(Triplet(), 0.3), WeightedTerm(AAMSoftmax(8, 5, seed=0))]))


def test_the_sum_is_that_of_its_weighted_terms():
    triplet, softmax = Triplet(), Softmax(4, 3, seed=0)
    embeddings, labels = torch.randn(9, 4, generator=torch.Generator().manual_seed(0)), torch.arange(9) % 3
    loss = WeightedSum([WeightedTerm(triplet, 0.5), WeightedTerm(softmax, 2.0)])
    expected = 0.5 * triplet(embeddings, labels) + 2.0 * softmax(embeddings, labels)
    torch.testing.assert_close(loss(embeddings, labels), expected)


def test_the_first_term_with_class_weights_is_the_classifier():
    softmax = Softmax(4, 3)
    loss = WeightedSum([WeightedTerm(Triplet()), WeightedTerm(softmax), WeightedTerm(AAMSoftmax(4, 3))])
    assert loss.classifier is softmax
    assert WeightedSum([WeightedTerm(Triplet())]).classifier is None


def test_a_sum_within_a_sum_has_its_classifier():
    softmax = Softmax(4, 3)
    inner = WeightedSum([WeightedTerm(softmax)])
    assert WeightedSum([WeightedTerm(inner)]).classifier is softmax


def test_a_sum_needs_the_whole_batch_if_a_term_does():
    softmax, prototypical = WeightedTerm(Softmax(4, 3)), WeightedTerm(Prototypical())
    assert not WeightedSum([softmax]).needs_whole_batch
    assert WeightedSum([softmax, prototypical]).needs_whole_batch


def test_no_term_is_refused():
    with pytest.raises(InputError, match="at least one term"):
        WeightedSum([])


def test_a_domain_loss_is_refused():
    with pytest.raises(InputError, match="use JointObjective"):
        WeightedSum([WeightedTerm(MMD())])


@pytest.mark.parametrize("weight", [-1.0, float("nan")])
def test_a_weight_below_zero_is_refused(weight):
    with pytest.raises(InputError, match="expected a weight >= 0"):
        WeightedTerm(Triplet(), weight)
