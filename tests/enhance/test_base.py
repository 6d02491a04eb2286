import pytest

from kowairo.enhance import Enhancer, LinearNetV3


def test_an_enhancer_without_a_forward_cannot_be_built():
    with pytest.raises(TypeError, match="abstract"):
        type("Nothing", (Enhancer,), {})()


def test_initial_arguments_rebuild_the_architecture():
    net = LinearNetV3(5, activation="ELU", dropout=0.1, dropout_unit="element")
    again = type(net)(**net.init_args)
    assert dict(again.init_args) == dict(net.init_args)
    assert (net.input_dim, net.output_dim) == (5, 5)
