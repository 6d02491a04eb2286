import math

import pytest
import torch
from safetensors.torch import save_file

from kowairo.core import InputError
from kowairo.losses import EnhancementLabels, EnhancementSoftmax
from kowairo.testing import check_enhancement_loss

WEIGHT, BIAS = torch.tensor([[1.0, 0.0], [0.0, 2.0]]), torch.tensor([0.0, 1.0])


@pytest.fixture
def classifier(tmp_path):
    save_file({"weight": WEIGHT, "bias": BIAS}, tmp_path / "classifier.safetensors")
    return tmp_path / "classifier.safetensors"


def started(**options):
    loss = EnhancementSoftmax(**options)
    loss.start(embedding_dim=2, num_speakers=2, seed=0)
    return loss


def test_the_softmax_passes_the_contract():
    check_enhancement_loss(EnhancementSoftmax())


def test_a_hand_worked_batch_starts_from_the_extractors_classifier(classifier):
    # Logits 3 and 1 + 2 = 3 for speaker 0: ln 2. Logits 0 and 1 for speaker 1: ln(1 + e^-1).
    output, labels = torch.tensor([[3.0, 1.0], [0.0, 0.0]]), EnhancementLabels(speakers=torch.tensor([0, 1]))
    value = started(initial=classifier)(output, torch.zeros(2, 2), labels)
    assert value.item() == pytest.approx((math.log(2) + math.log1p(math.exp(-1))) / 2, abs=1e-6)


def test_rows_of_strangers_are_left_out(classifier):
    loss, output = started(initial=classifier), torch.tensor([[3.0, 1.0], [9.0, 0.0]])
    one = EnhancementLabels(speakers=torch.tensor([0, -1]))
    assert loss(output, output, one).item() == pytest.approx(math.log(2), abs=1e-6)
    assert loss(output, output, EnhancementLabels(speakers=torch.tensor([-1, -1]))).item() == 0.0


@pytest.mark.parametrize(("use", "trained"), [("trained", True), ("frozen", False)])
def test_the_classifier_is_trained_or_frozen_by_name(classifier, use, trained):
    assert started(initial=classifier, classifier=use).weight.requires_grad is trained


def test_drawn_weights_follow_from_the_seed():
    assert torch.equal(started().weight, started().weight)
    assert started().bias.tolist() == [0.0, 0.0]


def test_wrong_uses_are_refused(classifier):
    with pytest.raises(InputError, match="classifier trained or frozen, got 'tied'"):
        EnhancementSoftmax(classifier="tied")
    with pytest.raises(InputError, match="needs the file"):
        EnhancementSoftmax(classifier="frozen")
    with pytest.raises(InputError, match=r"classifier of 3 speakers in 2 dimensions, got \(2, 2\)"):
        EnhancementSoftmax(initial=classifier).start(embedding_dim=2, num_speakers=3, seed=0)
    with pytest.raises(InputError, match="call start first"):
        EnhancementSoftmax().logits(torch.ones(1, 2))


def test_the_accuracy_is_that_of_the_known_rows(classifier):
    output = torch.tensor([[3.0, 0.0], [3.0, 0.0], [0.0, 9.0]])
    known = EnhancementLabels(speakers=torch.tensor([0, 1, -1]))
    assert started(initial=classifier).figure(output, output, known).item() == 0.5
    assert started().figure(output, output, EnhancementLabels(speakers=torch.tensor([-1] * 3))) is None
