import pytest

from kowairo.enhance import LinearNetV2, LinearNetV3
from kowairo.testing.enhance import check_enhancer


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
