import pytest
import torch

from kowairo.losses import ClassifierLoss, DistillationLoss, DomainLoss, Loss
from kowairo.testing import check_distillation_loss, check_domain_loss, check_loss


class _UnclampedAngle(Loss):
    """The angle to a class without a clamp: infinite slope at |cos| = 1."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.eye(5, 8))

    def forward(self, embeddings, labels):
        rows = torch.nn.functional.normalize(embeddings.float())
        return (rows * self.weight[labels]).sum(dim=1).acos().mean()


class _OrderedLoss(Loss):
    """Weighs rows by their place in the batch."""

    def forward(self, embeddings, labels):
        places = torch.arange(len(labels)).float()
        return (embeddings.float().square().sum(dim=1) * places).sum()


class _FirstOfEach(Loss):
    """Looks at the first utterance of each speaker only."""

    def forward(self, embeddings, labels):
        firsts = [embeddings[labels == label][0].float() for label in labels.unique()]
        return torch.stack(firsts).square().mean()


class _Counter(Loss):
    """Costs more with each call."""

    def __init__(self):
        super().__init__()
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, embeddings, labels):
        self.calls = self.calls + 1
        return embeddings.float().square().mean() * self.calls


class _WithinSpeakers(Loss):
    """The mean over pairs of one speaker, which may be none."""

    def forward(self, embeddings, labels):
        pairs = (labels.unsqueeze(0) == labels.unsqueeze(1)) & ~torch.eye(len(labels), dtype=torch.bool)
        rows = embeddings.float()
        return (rows.unsqueeze(0) - rows.unsqueeze(1)).square().sum(dim=2)[pairs].mean()


class _HalfHead(ClassifierLoss):
    """Logits in the precision of its input."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.eye(5, 8))

    def logits(self, embeddings):
        return (embeddings.unsqueeze(1) * self.weight.to(embeddings.dtype)).sum(dim=2)

    def forward(self, embeddings, labels):
        return torch.nn.functional.cross_entropy(self.logits(embeddings.float()), labels)


class _FirstDomain(DomainLoss):
    """The spread of the second domain, NaN where there is none."""

    def forward(self, embeddings, domains, labels=None):
        return embeddings[domains == 1].float().square().mean()


class _TaughtTeacher(DistillationLoss):
    """Lets the gradient through to the teacher."""

    def forward(self, student, teacher):
        return (student.float() - teacher.float()).square().mean()


def test_an_infinite_slope_at_a_cosine_of_one_is_found():
    with pytest.raises(AssertionError, match="cos = 1 to weight"):
        check_loss(_UnclampedAngle())


def test_a_loss_that_depends_on_the_order_is_found():
    with pytest.raises(AssertionError, match="permuted batch"):
        check_loss(_OrderedLoss())


def test_a_loss_that_depends_on_the_order_within_a_speaker_passes_where_it_says_so():
    with pytest.raises(AssertionError, match="permuted batch"):
        check_loss(_FirstOfEach())
    check_loss(_FirstOfEach(), reorder="speakers")


def test_a_loss_with_a_state_is_tried_from_the_same_state():
    loss = _Counter()
    check_loss(loss)
    assert loss.calls.item() == 0


def test_a_loss_that_is_nan_where_every_speaker_stands_once_is_found():
    with pytest.raises(AssertionError, match="every speaker once: the loss is nan"):
        check_loss(_WithinSpeakers())


def test_logits_in_half_precision_are_found():
    with pytest.raises(AssertionError, match="logits: expected float32"):
        check_loss(_HalfHead())


def test_a_domain_loss_that_is_nan_for_one_domain_is_found():
    with pytest.raises(AssertionError, match="one domain: the loss is nan"):
        check_domain_loss(_FirstDomain())


def test_a_gradient_for_the_teacher_is_found():
    with pytest.raises(AssertionError, match="the teacher gets a gradient"):
        check_distillation_loss(_TaughtTeacher())
