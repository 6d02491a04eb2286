import math

import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import CrossBatchMemory, SupervisedContrastive
from kowairo.testing import check_loss


def test_supervised_contrastive_passes_the_contract():
    check_loss(SupervisedContrastive())


def test_it_passes_the_contract_with_a_filled_memory():
    memory = CrossBatchMemory(8, size=12)
    memory.add(torch.randn(9, 8, generator=torch.Generator().manual_seed(1)), torch.arange(9) % 5)
    check_loss(SupervisedContrastive(memory=memory))


def test_the_loss_of_three_utterances_by_hand():
    # Speaker 0 at (1, 0) and (0.6, 0.8), speaker 1 at (0, 1): the third has no positive.
    embeddings = torch.tensor([[4.0, 0.0], [3.0, 4.0], [0.0, 2.0]])
    costs = [math.log(1 + math.exp((0.0 - 0.6) / 0.5)), math.log(1 + math.exp((0.8 - 0.6) / 0.5))]
    value = SupervisedContrastive(temperature=0.5)(embeddings, torch.tensor([0, 0, 1]))
    assert value.item() == pytest.approx(sum(costs) / 2, abs=1e-6)


@pytest.mark.parametrize("remembered", [0, 6])
def test_the_loss_agrees_with_a_loop(remembered):
    generator = torch.Generator().manual_seed(0)
    embeddings, labels = torch.randn(10, 4, generator=generator), [0, 0, 0, 1, 1, 2, 2, 2, 2, 3]
    past = torch.nn.functional.normalize(torch.randn(6, 4, generator=generator))
    past_labels = torch.tensor([0, 3, 3, 1, 9, 9])
    memory = CrossBatchMemory(4, size=8)
    memory.add(past[:remembered], past_labels[:remembered])
    value = SupervisedContrastive(temperature=0.2, memory=memory)(embeddings, torch.tensor(labels))
    keys = [e / e.norm() for e in embeddings] + list(past[:remembered])
    expected = _naive_loss(keys, labels + past_labels[:remembered].tolist(), num_anchors=10)
    assert value.item() == pytest.approx(expected, abs=1e-5)


def _naive_loss(keys, labels, num_anchors):
    costs = []
    for i in range(num_anchors):
        others = [j for j in range(len(keys)) if j != i]
        scores = {j: float(keys[i] @ keys[j]) / 0.2 for j in others}
        positives = [j for j in others if labels[j] == labels[i]]
        if positives:
            total = math.log(sum(map(math.exp, scores.values())))
            costs.append(sum(total - scores[j] for j in positives) / len(positives))
    return sum(costs) / len(costs)


def test_a_training_batch_enters_the_memory_after_its_loss():
    loss = SupervisedContrastive(memory=CrossBatchMemory(2, size=4))
    embeddings, labels = torch.tensor([[3.0, 4.0], [1.0, 0.0]]), torch.tensor([6, 7])
    assert loss(embeddings, labels).item() == 0.0
    torch.testing.assert_close(loss.memory.rows[:2], torch.tensor([[0.6, 0.8], [1.0, 0.0]]))
    assert loss(embeddings, labels).item() > 0.0


def test_evaluation_leaves_the_memory_as_it_is():
    loss = SupervisedContrastive(memory=CrossBatchMemory(2, size=4)).eval()
    loss(torch.ones(2, 2), torch.tensor([0, 1]))
    assert loss.memory.batches.item() == 0


def test_two_forward_passes_before_one_backward_pass_work():
    loss = SupervisedContrastive(memory=CrossBatchMemory(4, size=6))
    embeddings = torch.randn(4, 4, generator=torch.Generator().manual_seed(0)).requires_grad_()
    labels = torch.tensor([0, 0, 1, 1])
    (loss(embeddings, labels) + loss(embeddings * 2, labels)).backward()
    assert embeddings.grad.isfinite().all()


def test_a_temperature_of_zero_is_refused():
    with pytest.raises(InputError, match="positive temperature"):
        SupervisedContrastive(temperature=0.0)
