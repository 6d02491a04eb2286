"""The contract suites of training objectives."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Literal, TypeAlias

import torch

from kowairo.losses import DistillationLoss, DomainLoss, Loss

Reorder: TypeAlias = Literal["rows", "speakers"]
"""What may be permuted: all rows, or the speakers with the order within each kept."""

_AnyLoss: TypeAlias = "Loss | DomainLoss | DistillationLoss"


def check_loss(
    loss: Loss, *, embedding_dim: int = 8, num_classes: int = 5, reorder: Reorder = "rows"
) -> None:
    """Runs the contract suite of losses over embeddings and labels.

    A finite float32 scalar; finite gradients for the embeddings and every parameter; no change when the batch
    is permuted; float32 also for bfloat16 input and under autocast; finite at |cos| = 1, where embeddings lie
    exactly on or opposite to the rows of a weight matrix or to each other; finite for all-zero embeddings,
    for a batch of one speaker and one in which every speaker stands once; class weights, where there are any,
    give logits. A loss with a state is tried from the same state each time, which stays as it is.

    Args:
        loss: a loss over `num_classes` classes and `embedding_dim` dimensions.
        embedding_dim: dimension it was built for.
        num_classes: number of classes it was built for.
        reorder: "speakers" for a loss that depends on the order of a speaker's utterances, by definition.

    Raises:
        AssertionError: what does not hold.
    """
    generator = torch.Generator().manual_seed(0)
    embeddings = torch.randn(3 * num_classes, embedding_dim, generator=generator)
    labels = torch.arange(num_classes).repeat(3)
    value = _value_and_gradients(loss, embeddings, labels)
    order = torch.randperm(len(labels), generator=generator)
    if reorder == "speakers":
        order = order[order < num_classes].repeat(3) + num_classes * torch.arange(3).repeat_interleave(
            num_classes
        )
    permuted = _value_and_gradients(loss, embeddings[order], labels[order])
    _assert_equal("permuted batch", value, permuted)
    _check_half_precision(loss, embeddings, labels, value)
    for name, aligned in _aligned_embeddings(loss, embeddings, labels).items():
        _value_and_gradients(loss, aligned, labels, name=name)
    _value_and_gradients(loss, torch.zeros_like(embeddings), labels, name="embeddings = 0")
    _value_and_gradients(loss, embeddings, torch.zeros_like(labels), name="one speaker")
    once = slice(num_classes)
    _value_and_gradients(loss, embeddings[once], labels[once], name="every speaker once")
    _check_classifier(loss, embeddings, num_classes)


def check_domain_loss(loss: DomainLoss, *, embedding_dim: int = 8, num_domains: int = 2) -> None:
    """Runs the contract suite of losses over embeddings and domains.

    A finite float32 scalar; finite gradients for the embeddings and every parameter; no change when the batch
    is permuted; float32 also for bfloat16 input and under autocast; finite with and without labels, where
    embeddings are equal, opposite (|cos| = 1) or zero, for a batch of one domain and for domains with one row
    each.

    Args:
        loss: a loss over `num_domains` domains and `embedding_dim` dimensions.
        embedding_dim: dimension it was built for.
        num_domains: number of domains it was built for, at least 2.

    Raises:
        AssertionError: what does not hold.
    """
    generator = torch.Generator().manual_seed(0)
    embeddings = torch.randn(6 * num_domains, embedding_dim, generator=generator)
    domains = torch.arange(num_domains).repeat(6)
    labels = torch.arange(3).repeat_interleave(2 * num_domains)
    for known in (None, labels):
        value = _value_and_gradients(loss, embeddings, domains, known)
        order = torch.randperm(len(domains), generator=generator)
        reordered = None if known is None else known[order]
        permuted = _value_and_gradients(loss, embeddings[order], domains[order], reordered)
        _assert_equal("permuted batch", value, permuted)
        _check_half_precision(loss, embeddings, domains, value, known)
    signs = torch.where(torch.arange(len(domains)) % 3 == 0, -1.0, 1.0).unsqueeze(1)
    _value_and_gradients(loss, embeddings[:1].expand_as(embeddings), domains, name="equal embeddings")
    _value_and_gradients(loss, signs * embeddings[:1], domains, name="opposite embeddings")
    _value_and_gradients(loss, torch.zeros_like(embeddings), domains, name="embeddings = 0")
    _value_and_gradients(loss, embeddings, torch.zeros_like(domains), name="one domain")
    once = slice(num_domains)
    _value_and_gradients(loss, embeddings[once], domains[once], name="every domain once")


def check_distillation_loss(loss: DistillationLoss, *, embedding_dim: int = 8, teacher_dim: int = 8) -> None:
    """Runs the contract suite of distillation losses.

    A finite float32 scalar; finite gradients for the student and every parameter, and none for the teacher;
    no change when the batch is permuted; float32 also for bfloat16 input and under autocast; finite where
    the student is zero, all teachers are equal or there is one row; and, where the dimensions are equal,
    finite where the student is the teacher or its opposite, and no larger for the teacher itself than for a
    random student.

    Args:
        loss: a loss between `embedding_dim` and `teacher_dim` dimensions.
        embedding_dim: dimension of the student.
        teacher_dim: dimension of the teacher.

    Raises:
        AssertionError: what does not hold.
    """
    generator = torch.Generator().manual_seed(0)
    student = torch.randn(12, embedding_dim, generator=generator)
    teacher = torch.randn(12, teacher_dim, generator=generator)
    value = _value_and_gradients(loss, student, teacher)
    order = torch.randperm(12, generator=generator)
    _assert_equal("permuted batch", value, _value_and_gradients(loss, student[order], teacher[order]))
    _check_half_precision(loss, student, teacher, value)
    _check_no_gradient_for_the_teacher(loss, student, teacher)
    _value_and_gradients(loss, torch.zeros_like(student), teacher, name="student = 0")
    _value_and_gradients(loss, student, teacher[:1].expand_as(teacher), name="equal teachers")
    _value_and_gradients(loss, student[:1], teacher[:1], name="one row")
    if embedding_dim == teacher_dim:
        perfect = _value_and_gradients(loss, teacher, teacher, name="student = teacher")
        assert perfect <= value, f"student = teacher costs {perfect}, a random student {value}"
        _value_and_gradients(loss, -teacher, teacher, name="student = -teacher")


def _value_and_gradients(
    loss: _AnyLoss,
    first: torch.Tensor,
    second: torch.Tensor,
    third: torch.Tensor | None = None,
    *,
    name: str = "random input",
) -> torch.Tensor:
    """The loss, after checks of it and of the gradients of its first argument and its parameters."""
    leaf = first.detach().clone().requires_grad_()
    # A moving average or a memory would make the next call another one.
    loss = deepcopy(loss)
    call: Callable[..., torch.Tensor] = loss
    value = call(leaf, second) if third is None else call(leaf, second, third)
    assert value.shape == (), f"{name}: expected a scalar, got {tuple(value.shape)}"
    assert value.dtype == torch.float32, f"{name}: expected float32, got {value.dtype}"
    assert value.isfinite(), f"{name}: the loss is {value.item()}"
    value.backward()  # type: ignore[no-untyped-call]  # torch leaves it unannotated
    assert leaf.grad is not None, f"{name}: no gradient"
    assert leaf.grad.isfinite().all(), f"{name}: the gradient is not finite"
    broken = [n for n, p in loss.named_parameters() if p.grad is not None and not p.grad.isfinite().all()]
    assert not broken, f"{name}: gradients are not finite in {broken}"
    return value.detach()


def _assert_equal(name: str, expected: torch.Tensor, actual: torch.Tensor, *, relative: float = 1e-5) -> None:
    difference = (expected - actual.detach()).abs().item()
    # Float32 sums in another order differ by a few 1e-7 of their terms.
    assert difference <= relative * (1.0 + abs(expected.item())), (
        f"{name}: {actual.item()}, {expected.item()} expected"
    )


def _check_half_precision(
    loss: _AnyLoss,
    first: torch.Tensor,
    second: torch.Tensor,
    value: torch.Tensor,
    third: torch.Tensor | None = None,
) -> None:
    half = second.bfloat16() if second.is_floating_point() else second
    # bfloat16 keeps 8 bits, so inputs move by up to 0.4 %; logits scaled by 30 move accordingly.
    from_half = _value_and_gradients(loss, first.bfloat16(), half, third, name="bfloat16 input")
    _assert_equal("bfloat16 input", value, from_half, relative=0.05)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = _value_and_gradients(loss, first, second, third, name="autocast")
    _assert_equal("autocast", value, inside, relative=1e-4)


def _check_classifier(loss: Loss, embeddings: torch.Tensor, num_classes: int) -> None:
    if loss.classifier is None:
        return
    logits = loss.classifier.logits(embeddings.bfloat16())
    assert logits.shape == (len(embeddings), num_classes), f"logits: {tuple(logits.shape)}"
    assert logits.dtype == torch.float32, f"logits: expected float32, got {logits.dtype}"
    assert len(loss.classifier.weight) == num_classes, f"{len(loss.classifier.weight)} weight rows"


def _check_no_gradient_for_the_teacher(
    loss: DistillationLoss, student: torch.Tensor, teacher: torch.Tensor
) -> None:
    leaf = teacher.clone().requires_grad_()
    value: torch.Tensor = deepcopy(loss)(student.clone().requires_grad_(), leaf)
    value.backward()  # type: ignore[no-untyped-call]  # torch leaves it unannotated
    assert leaf.grad is None, "the teacher gets a gradient"


def _aligned_embeddings(
    loss: Loss, embeddings: torch.Tensor, labels: torch.Tensor
) -> dict[str, torch.Tensor]:
    """Embeddings at |cos| = 1 to each other, and to every weight matrix with a row per class."""
    num_classes = int(labels.max()) + 1
    directions = {"embeddings": embeddings[:num_classes]}
    for name, parameter in loss.named_parameters():
        if parameter.ndim > 1 and (len(parameter), parameter.shape[-1]) == (num_classes, embeddings.shape[1]):
            # Of several centres a class, the first.
            directions[name] = parameter.detach().reshape(num_classes, -1, embeddings.shape[1])[:, 0]
    cases = {f"cos = 1 to {name}": rows[labels] for name, rows in directions.items()}
    cases |= {f"cos = -1 to {name}": -rows[labels] for name, rows in directions.items()}
    return cases
