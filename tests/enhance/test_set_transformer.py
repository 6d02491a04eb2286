import pytest
import torch

from kowairo.core import InputError
from kowairo.enhance import SetTransformer, plain_mean
from kowairo.testing import check_set_enhancer

SETS = torch.nn.functional.normalize(torch.randn(4, 5, 8, generator=torch.Generator().manual_seed(0)), dim=2)


def trained_like(net):
    """A net whose correction is not nothing."""
    torch.nn.init.normal_(net.last.weight, generator=torch.Generator().manual_seed(1))
    return net


@pytest.mark.parametrize(
    "options", [{}, {"num_blocks": 0}, {"num_blocks": 1, "num_heads": 1, "dropout": 0.0}]
)
def test_a_set_transformer_passes_the_contract(options):
    check_set_enhancer(SetTransformer(8, width=16, **options))
    check_set_enhancer(trained_like(SetTransformer(8, width=16, **options)))


def test_untrained_it_is_the_plain_mean():
    net = SetTransformer(8, width=16)
    assert torch.equal(net(SETS), SETS.mean(dim=1))
    trained_like(net)
    assert not torch.allclose(net(SETS), SETS.mean(dim=1))
    net.reset_parameters()
    assert torch.equal(net(SETS), SETS.mean(dim=1))


def test_the_plain_mean_is_over_what_is_there():
    padded = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]], [[0.0, 0.0]] * 3])
    assert plain_mean(padded).tolist() == [[0.5, 0.5], [0.0, 0.0]]


def test_attention_agrees_with_a_loop():
    block = SetTransformer(8, width=4, num_heads=2, num_blocks=1).blocks[0].eval()
    items = torch.randn(1, 3, 4, generator=torch.Generator().manual_seed(2))
    query = block.to_query(block.norm_queries(items))[0]
    key, value = block.to_key_value(block.norm_items(items))[0].chunk(2, dim=-1)
    heads = []
    for head in (slice(0, 2), slice(2, 4)):
        weights = (query[:, head] @ key[:, head].T / 2**0.5).softmax(dim=1)
        heads.append(weights @ value[:, head])
    expected = items[0] + block.out(torch.cat(heads, dim=1))
    expected = expected + block.narrow(torch.nn.functional.gelu(block.widen(block.norm_forward(expected))))
    present = torch.ones(1, 3, dtype=torch.bool)
    assert torch.allclose(block(items, items, present)[0], expected, atol=1e-5)


@pytest.mark.parametrize("options", [{"width": 0}, {"width": 6}, {"num_blocks": -1}, {"dropout": 1.0}])
def test_bad_arguments_are_refused(options):
    with pytest.raises(InputError, match="a width that num_heads divides"):
        SetTransformer(8, **options)


def test_single_embeddings_are_refused():
    with pytest.raises(InputError, match=r"expected sets \(batch, items, 8\), got \(4, 8\)"):
        SetTransformer(8)(SETS[:, 0])
