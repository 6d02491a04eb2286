"""The contract suites of enhancement nets."""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch

from kowairo.enhance import EnhancementNet, Enhancer, SetEnhancer, load_enhancement_net, save_enhancer


def check_enhancer(enhancer: Enhancer) -> None:
    """Run the contract suite of an enhancer.

    Shape and finiteness of the output; in evaluation mode a row alone gives what it gives in a batch, and
    calling twice gives the same; the input is not changed; every parameter gets a finite gradient; saving
    and loading gives the same class, arguments and output. An enhancer without parameters is fitted, not
    trained, and gets no gradient.

    Args:
        enhancer: The net to check; it is left in evaluation mode.

    Raises:
        AssertionError: A promise does not hold; the message says which.
    """
    generator = torch.Generator().manual_seed(0)
    batch = torch.nn.functional.normalize(torch.randn(16, enhancer.input_dim, generator=generator))
    before = batch.clone()
    enhancer.eval()
    output = enhancer(batch)
    assert output.shape == (16, enhancer.output_dim), f"expected (16, output_dim), got {tuple(output.shape)}"
    assert bool(torch.isfinite(output).all()), "output must be finite"
    assert torch.equal(batch, before), "forward must not change its input"
    assert torch.equal(enhancer(batch), output), "forward must be repeatable in evaluation mode"
    alone = torch.cat([enhancer(row[None]) for row in batch])
    assert torch.allclose(alone, output, atol=1e-5), "a row alone must give what it gives in a batch"
    _check_gradients(enhancer, batch)
    _check_round_trip(enhancer, batch)


def check_set_enhancer(enhancer: SetEnhancer) -> None:
    """Run the contract suite of an enhancer of sets.

    Shape and finiteness of the output, for sets of one item and of many; the order of items, the room that is
    left empty and the other sets of the batch change nothing; calling twice gives the same; the input is not
    changed; every parameter gets a finite gradient; saving and loading gives the same class, arguments and
    output.

    Args:
        enhancer: The net to check; it is left in evaluation mode.

    Raises:
        AssertionError: A promise does not hold; the message says which.
    """
    generator = torch.Generator().manual_seed(0)
    batch = torch.nn.functional.normalize(torch.randn(6, 9, enhancer.input_dim, generator=generator), dim=2)
    sizes = [1, 2, 3, 5, 8, 9]
    for row, size in enumerate(sizes):
        batch[row, size:] = 0.0
    before = batch.clone()
    enhancer.eval()
    output = enhancer(batch)
    assert output.shape == (6, enhancer.output_dim), f"expected (6, output_dim), got {tuple(output.shape)}"
    assert bool(torch.isfinite(output).all()), "output must be finite"
    assert torch.equal(batch, before), "forward must not change its input"
    assert torch.equal(enhancer(batch), output), "forward must be repeatable in evaluation mode"
    order = torch.randperm(9, generator=generator)
    assert torch.allclose(enhancer(batch[:, order]), output, atol=1e-5), "the order of items must not matter"
    alone = torch.cat([enhancer(batch[row : row + 1, :size]) for row, size in enumerate(sizes)])
    assert torch.allclose(alone, output, atol=1e-5), "a set alone must give what it gives in a padded batch"
    _check_gradients(enhancer, batch)
    _check_round_trip(enhancer, batch)


def _check_gradients(enhancer: EnhancementNet, batch: torch.Tensor) -> None:
    """Every parameter must get a finite gradient."""
    if not any(True for _ in enhancer.parameters()):
        return
    enhancer.zero_grad()
    enhancer(batch).square().sum().backward()
    for name, parameter in enhancer.named_parameters():
        assert parameter.grad is not None, f"{name} gets no gradient"
        assert bool(torch.isfinite(parameter.grad).all()), f"the gradient of {name} must be finite"
    enhancer.zero_grad()


def _check_round_trip(enhancer: EnhancementNet, batch: torch.Tensor) -> None:
    """What is loaded must be what was saved."""
    with tempfile.TemporaryDirectory() as folder:
        save_enhancer(enhancer, Path(folder) / "enhancer")
        again = load_enhancement_net(Path(folder) / "enhancer")
    assert type(again) is type(enhancer), f"expected the same class, got {type(again).__name__}"
    assert dict(again.init_args) == dict(enhancer.init_args), "init_args must survive saving"
    assert torch.equal(again(batch), enhancer(batch)), "saving and loading must not change the output"
