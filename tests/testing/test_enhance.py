import pytest
import torch

from kowairo.enhance import LinearNetV2, LinearNetV3, SetTransformer
from kowairo.testing.enhance import check_enhancer, check_set_enhancer


class CentresOnTheBatch(LinearNetV2):
    def forward(self, embeddings):
        output = super().forward(embeddings)
        return output - output.mean(dim=0)


class ForgetsItsActivation(LinearNetV3):
    @property
    def init_args(self):
        return {"dim": self.dim}


@pytest.mark.parametrize(
    ("net", "message"),
    [
        (CentresOnTheBatch(6, activation="ELU"), "a row alone must give"),
        (ForgetsItsActivation(6, activation="ELU"), "must not change the output"),
    ],
)
def test_enhancers_that_break_the_contract_are_caught(net, message):
    check_enhancer(LinearNetV3(6))
    with pytest.raises(AssertionError, match=message):
        check_enhancer(net)


class CountsPlaces(SetTransformer):
    def forward(self, embeddings):
        places = torch.arange(embeddings.shape[1], dtype=embeddings.dtype)
        return super().forward(embeddings) + (embeddings * places[None, :, None]).sum(dim=1)


class CountsPadding(SetTransformer):
    def forward(self, embeddings):
        return super().forward(embeddings) * embeddings.shape[1]


@pytest.mark.parametrize(
    ("net", "message"),
    [
        (CountsPlaces(6, width=8), "the order of items must not matter"),
        (CountsPadding(6, width=8), "a set alone must give"),
    ],
)
def test_set_enhancers_that_break_the_contract_are_caught(net, message):
    check_set_enhancer(SetTransformer(6, width=8))
    with pytest.raises(AssertionError, match=message):
        check_set_enhancer(net)
