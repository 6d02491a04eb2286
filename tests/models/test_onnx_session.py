import pytest

from kowairo.core import InputError
from kowairo.models.onnx_session import only_input, open_session

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


def model(*inputs):
    """An identity of the first input."""
    values = [onnx.helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in inputs]
    out = onnx.helper.make_tensor_value_info("out", inputs[0][1], inputs[0][2])
    node = onnx.helper.make_node("Identity", [inputs[0][0]], ["out"])
    graph = onnx.helper.make_graph([node], "g", values, [out])
    made = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=9)
    return made.SerializeToString()


FLOAT, INT64 = onnx.TensorProto.FLOAT, onnx.TensorProto.INT64


def test_a_file_is_opened_and_its_input_described():
    session = open_session(model(("x", FLOAT, [1, "time", 80])), source="a.onnx")
    assert only_input(session, source="a.onnx") == ("x", 3)


def test_what_is_no_onnx_file_is_refused():
    with pytest.raises(InputError, match=r"a\.onnx: onnxruntime cannot open it"):
        open_session(b"no protobuf", source="a.onnx")


@pytest.mark.parametrize(
    "inputs",
    [
        [("x", FLOAT, [1, 80]), ("length", INT64, [1])],
        [("x", INT64, [1, 80])],
        [("x", FLOAT, [80])],
    ],
)
def test_other_inputs_are_refused_and_listed(inputs):
    session = open_session(model(*inputs), source="a.onnx")
    with pytest.raises(InputError, match=r"expected one float input.*; it takes x tensor"):
        only_input(session, source="a.onnx")
