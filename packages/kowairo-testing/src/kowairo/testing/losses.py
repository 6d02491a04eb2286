"""The contract suites of training objectives."""

from __future__ import annotations

import torch

from kowairo.losses import EnhancementLoss, Loss


def check_loss(loss: Loss, *, embedding_dim: int = 8, num_classes: int = 5) -> None:
    """Runs the contract suite of losses over embeddings and labels.

    A finite float32 scalar; finite gradients for the embeddings and every parameter; no change when the batch
    is permuted; float32 also for bfloat16 input and under autocast; finite at |cos| = 1, where embeddings lie
    exactly on or opposite to the rows of a weight matrix or to each other.

    Args:
        loss: a loss over `num_classes` classes and `embedding_dim` dimensions.
        embedding_dim: dimension it was built for.
        num_classes: number of classes it was built for.

    Raises:
        AssertionError: what does not hold.
    """
    generator = torch.Generator().manual_seed(0)
    embeddings = torch.randn(3 * num_classes, embedding_dim, generator=generator)
    labels = torch.arange(num_classes).repeat(3)
    value = _value_and_gradients(loss, embeddings, labels)
    order = torch.randperm(len(labels), generator=generator)
    _assert_equal("permuted batch", value, loss(embeddings[order], labels[order]))
    _check_half_precision(loss, embeddings, labels, value)
    for name, aligned in _aligned_embeddings(loss, embeddings, labels).items():
        _value_and_gradients(loss, aligned, labels, name=name)


def check_enhancement_loss(loss: EnhancementLoss, *, embedding_dim: int = 8) -> None:
    """Runs the contract suite of enhancement losses.

    A finite float32 scalar; finite gradients for the output; no change when the batch is permuted; float32
    also for bfloat16 input and under autocast; finite where output and target are equal, opposite (|cos| = 1)
    or zero; and no larger for the target itself than for a random output.

    Args:
        loss: an objective over output and target.
        embedding_dim: dimension to try it with.

    Raises:
        AssertionError: what does not hold.
    """
    generator = torch.Generator().manual_seed(0)
    output = torch.randn(12, embedding_dim, generator=generator)
    target = torch.nn.functional.normalize(torch.randn(12, embedding_dim, generator=generator))
    value = _value_and_gradients(loss, output, target)
    order = torch.randperm(12, generator=generator)
    _assert_equal("permuted batch", value, loss(output[order], target[order]))
    _check_half_precision(loss, output, target, value)
    perfect = _value_and_gradients(loss, target, target, name="output = target")
    assert perfect <= value, f"output = target costs {perfect}, a random output {value}"
    _value_and_gradients(loss, -target, target, name="output = -target")
    _value_and_gradients(loss, torch.zeros_like(output), target, name="output = 0")


def _value_and_gradients(
    loss: Loss | EnhancementLoss, first: torch.Tensor, second: torch.Tensor, *, name: str = "random input"
) -> torch.Tensor:
    """The loss, after checks of it and of the gradients of its first argument and its parameters."""
    leaf = first.detach().clone().requires_grad_()
    loss.zero_grad(set_to_none=True)
    value: torch.Tensor = loss(leaf, second)
    assert value.shape == (), f"{name}: expected a scalar, got {tuple(value.shape)}"
    assert value.dtype == torch.float32, f"{name}: expected float32, got {value.dtype}"
    assert value.isfinite(), f"{name}: the loss is {value.item()}"
    value.backward()  # type: ignore[no-untyped-call]  # torch leaves it unannotated
    assert leaf.grad is not None, f"{name}: no gradient"
    assert leaf.grad.isfinite().all(), f"{name}: the gradient is not finite"
    broken = [n for n, p in loss.named_parameters() if p.grad is not None and not p.grad.isfinite().all()]
    loss.zero_grad(set_to_none=True)
    assert not broken, f"{name}: gradients are not finite in {broken}"
    return value.detach()


def _assert_equal(name: str, expected: torch.Tensor, actual: torch.Tensor, *, relative: float = 1e-5) -> None:
    difference = (expected - actual.detach()).abs().item()
    # Float32 sums in another order differ by a few 1e-7 of their terms.
    assert difference <= relative * (1.0 + abs(expected.item())), (
        f"{name}: {actual.item()}, {expected.item()} expected"
    )


def _check_half_precision(
    loss: Loss | EnhancementLoss, first: torch.Tensor, second: torch.Tensor, value: torch.Tensor
) -> None:
    half = second.bfloat16() if second.is_floating_point() else second
    # bfloat16 keeps 8 bits, so inputs move by up to 0.4 %; logits scaled by 30 move accordingly.
    _assert_equal("bfloat16 input", value, _value_and_gradients(loss, first.bfloat16(), half), relative=0.05)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = _value_and_gradients(loss, first, second, name="autocast")
    _assert_equal("autocast", value, inside, relative=1e-4)


def _aligned_embeddings(
    loss: Loss, embeddings: torch.Tensor, labels: torch.Tensor
) -> dict[str, torch.Tensor]:
    """Embeddings at |cos| = 1 to each other, and to every weight matrix with a row per class."""
    directions = {"embeddings": embeddings[: int(labels.max()) + 1]}
    for name, parameter in loss.named_parameters():
        if parameter.ndim == 2 and parameter.shape[1] == embeddings.shape[1]:
            directions[name] = parameter.detach()
    cases = {f"cos = 1 to {name}": rows[labels] for name, rows in directions.items()}
    cases |= {f"cos = -1 to {name}": -rows[labels] for name, rows in directions.items()}
    return cases
