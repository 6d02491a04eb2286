import pytest

from kowairo.core import InputError
from kowairo.enhance import PUBLISHED_NETS, LinearNetV1, LinearNetV4, published_net


def test_names_are_those_of_the_project():
    assert list(PUBLISHED_NETS) == ["MyLinearNet", "MyLinearNetv2", "MyLinearNetv3", "MyLinearNetv4"]
    assert isinstance(published_net("MyLinearNet", 4), LinearNetV1)
    net = published_net("MyLinearNetv4", 4, activation="ELU")
    assert isinstance(net, LinearNetV4)
    assert dict(net.init_args) == {"dim": 4, "activation": "ELU"}


@pytest.mark.parametrize("name", PUBLISHED_NETS)
def test_any_other_activation_raises(name):
    with pytest.raises(InputError, match="expected activation ReLU or ELU, got 'GELU'"):
        published_net(name, 4, activation="GELU")


def test_an_unknown_model_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match="unknown model 'MyNet'; expected one of MyLinearNet, "):
        published_net("MyNet", 4)
