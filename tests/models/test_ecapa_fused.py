import pytest
import torch

from kowairo.models import ecapa_fused, ecapa_operations

_FRAMES = 11


def _arguments(dtype):
    def random(*shape, seed):
        return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))

    x = random(3, _FRAMES, 12, seed=0).to(dtype)
    return {
        "relu_group_norm": ((x, random(12, seed=1), random(12, seed=2)), (4, 1e-5)),
        "reflect_convolution": ((x, random(8, 12, 3, seed=3).to(dtype), random(8, seed=4).to(dtype)), (2,)),
        "statistics": ((x,), ()),
        "attentive_statistics": ((x, random(3, _FRAMES, 12, seed=5).to(dtype)), ()),
    }


def _value_and_gradients(function, tensors, constants):
    leaves = [tensor.clone().requires_grad_() for tensor in tensors]
    value = function(*leaves, *constants)
    weights = torch.linspace(-1.0, 1.0, value.numel()).view_as(value)
    (value.float() * weights).sum().backward()
    return [value.detach(), *(leaf.grad for leaf in leaves)]


@pytest.mark.parametrize(
    "name", ["relu_group_norm", "reflect_convolution", "statistics", "attentive_statistics"]
)
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.bfloat16, 2e-2)])
def test_values_and_gradients_are_those_of_the_plain_operation(name, dtype, tolerance):
    tensors, constants = _arguments(dtype)[name]
    expected = _value_and_gradients(getattr(ecapa_operations, name), tensors, constants)
    actual = _value_and_gradients(getattr(ecapa_fused, name), tensors, constants)
    # float32: rounding of sums in another order; bfloat16: one rounding to 8 bits of each result.
    torch.testing.assert_close(actual, expected, atol=tolerance, rtol=tolerance)


def test_batches_larger_than_a_block_give_the_same_as_their_rows(noise):
    x = noise(700, 40 * 16).view(700, 40, 16)
    weight, bias = torch.ones(16), torch.zeros(16)
    together = ecapa_fused.relu_group_norm(x, weight, bias, 4, 1e-5)
    alone = torch.cat([ecapa_fused.relu_group_norm(row[None], weight, bias, 4, 1e-5) for row in x[::50]])
    torch.testing.assert_close(together[::50], alone)


def test_a_channel_that_never_changes_has_a_finite_gradient():
    x = torch.ones(2, 6, 4, requires_grad=True)
    ecapa_fused.statistics(x).sum().backward()
    assert x.grad.isfinite().all()
