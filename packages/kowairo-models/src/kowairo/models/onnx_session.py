"""Opening ONNX files by onnxruntime, with errors that a user can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kowairo.core import InputError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_LOADING_ERRORS = ("EPFail", "Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NotImplemented")


def open_session(content: bytes, *, source: str) -> InferenceSession:
    """A session on one thread of the CPU.

    One thread, because work is spread over files: a session of several threads would get into the way of the
    others.

    Args:
        content: an ONNX file, whole: without weights beside it.
        source: its name, for messages.

    Raises:
        InputError: onnxruntime is not installed, or cannot open it.
    """
    try:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as states
    except ImportError as error:
        raise InputError("ONNX files need onnxruntime: pip install 'kowairo-models[export]'") from error
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # They have no common base but Exception.
    errors = tuple(getattr(states, name) for name in _LOADING_ERRORS)
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except errors as error:
        raise InputError(f"{source}: onnxruntime cannot open it: {str(error).splitlines()[0]}") from error


def only_input(session: InferenceSession, *, source: str) -> tuple[str, int]:
    """Name and number of axes of the one input.

    Args:
        session: an open session.
        source: its name, for messages.

    Raises:
        InputError: there are more inputs, or it is not float32 with 2 or 3 axes.
    """
    inputs = session.get_inputs()
    one = inputs[0]
    if len(inputs) != 1 or one.type != "tensor(float)" or len(one.shape) not in (2, 3):
        found = ", ".join(f"{each.name} {each.type} {each.shape}" for each in inputs)
        raise InputError(
            f"{source}: expected one float input, (1, samples) or (1, frames, features); it takes {found}"
        )
    return one.name, len(one.shape)
