import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import EnhancementLabels
from kowairo.losses.published_losses import published_loss

ROWS = torch.ones(2, 3)


def test_nothing_needs_to_be_known():
    assert vars(EnhancementLabels()) == dict.fromkeys(("speakers", "negatives", "same_session", "domains"))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Softmax", "a softmax needs the speakers"),
        ("MSE_Softmax", "a softmax needs the speakers"),
        ("MyTriplet_CS", "a triplet needs the target of another speaker"),
        ("DA", "domain adaptation needs pairs"),
        ("DA_MSE", "domain adaptation needs pairs"),
    ],
)
@pytest.mark.parametrize("labels", [None, EnhancementLabels()])
def test_a_loss_says_what_it_lacks(name, message, labels):
    with pytest.raises(InputError, match=message):
        published_loss(name)(ROWS, ROWS, labels)


@pytest.mark.parametrize("name", ["MSE", "MAE", "CS", "MSE_CS"])
def test_losses_over_single_rows_do_not_look_at_labels(name):
    loss = published_loss(name)
    labels = EnhancementLabels(speakers=torch.tensor([0, 1]))
    assert torch.equal(loss(ROWS, -ROWS, labels), loss(ROWS, -ROWS))
