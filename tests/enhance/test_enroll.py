import numpy as np
import pytest
import torch

from kowairo.core import EmbeddingSet, InputError
from kowairo.enhance import SetTransformer, enroll_sets, padded_sets

SET = EmbeddingSet(
    np.array([[3, 0, 0, 0], [0, 2, 0, 0], [0, 0, 1, 0], [0, 0, 0, 5]], dtype=np.float32), list("abcd")
)
MODELS = {"x": ["a", "b"], "y": ["d"], "z": ["a", "c", "d"]}


def test_the_plain_mean_is_of_unit_rows_in_the_order_of_the_models():
    found = enroll_sets(SET, MODELS, None)
    assert found.utts == ["x", "y", "z"]
    assert found.vectors == pytest.approx(
        np.array([[0.5, 0.5, 0, 0], [0, 0, 0, 1], [1 / 3, 0, 1 / 3, 1 / 3]]), abs=1e-6
    )


@pytest.mark.parametrize("batch_size", [1, 2, 256])
def test_a_net_gives_what_it_gives_alone_and_keeps_its_mode(batch_size):
    net = SetTransformer(4, width=8).train()
    torch.nn.init.normal_(net.last.weight)
    found = enroll_sets(SET, MODELS, net, batch_size=batch_size)
    assert net.training
    net.eval()
    for name, utts in MODELS.items():
        unit = SET.rows(utts) / np.linalg.norm(SET.rows(utts), axis=1, keepdims=True)
        expected = net(torch.from_numpy(unit)[None])[0].detach().numpy()
        assert found.rows([name])[0] == pytest.approx(expected, abs=1e-5)
    assert found.meta["set_enhancer"]["init_args"]["dim"] == 4


def test_sets_are_padded_with_zeros():
    padded = padded_sets([np.ones((1, 2)), np.full((3, 2), 2.0)])
    assert padded.tolist() == [[[1, 1], [0, 0], [0, 0]], [[2, 2]] * 3]


def test_what_cannot_be_enrolled_is_refused():
    with pytest.raises(InputError, match="model 'w' has no utterance"):
        enroll_sets(SET, {"w": []}, None)
    with pytest.raises(InputError, match="no embedding of utterance 'e'"):
        enroll_sets(SET, {"w": ["e"]}, None)
    with pytest.raises(InputError, match="expected embeddings of dimension 8, got 4"):
        enroll_sets(SET, MODELS, SetTransformer(8))
