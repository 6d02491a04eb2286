"""Any encoder that lies in an ONNX file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch

from kowairo.core import InputError

from .build import Plain
from .encoder import Encoder
from .front_end import FrontEnd
from .onnx_session import only_input, open_session
from .raw_waveform import RawWaveform
from .wespeaker_fbank import wespeaker_fbank

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

OnnxInput = Literal["waveform", "fbank"]
_AXES: dict[OnnxInput, int] = {"waveform": 2, "fbank": 3}
_LEAST_WAVEFORM_SAMPLES = 1600
_LEAST_FRAMES = 10
_PROBE_SAMPLES = 16000


class OnnxEncoder(Encoder):
    """A network in an ONNX file, run by onnxruntime on the CPU, one utterance at a time.

    The file's one input is a waveform (1, samples) or features (1, frames, features), float32; its first
    output is the embedding. One utterance at a time is exact whatever the network does with a batch. The file
    is kept in the buffer `file`, so that a checkpoint folder of this encoder is whole: it loads like any
    other, from safetensors. Nothing is learnt: there are no parameters and no gradients.

    Args:
        path: the file; None for one that comes with a state, of `num_bytes`.
        input: "waveform" for a network with its own front end, as `kowairo export` writes; "fbank" for one
            without, as WeSpeaker and 3D-Speaker export; None for what the number of axes says.
        front_end: gives the features of a "fbank" network; None for wespeaker_fbank(). 3D-Speaker's needs
            MeanNormalized(front_end=KaldiFbank()).
        min_samples: shorter utterances are repeated up to so many; None for what the file's metadata say
            under `min_samples`, else 0.1 s of a waveform or 10 frames.
        num_bytes: size of a file that comes with a state; `input` must be given then.

    Raises:
        InputError: not such a file, or arguments that do not go together.
    """

    file: torch.Tensor

    def __init__(
        self,
        path: Path | str | None = None,
        *,
        input: OnnxInput | None = None,  # noqa: A002  # the word that a user looks for
        front_end: FrontEnd | None = None,
        min_samples: int | None = None,
        num_bytes: int | None = None,
    ) -> None:
        if input not in (None, *_AXES):
            raise InputError(f'expected input "waveform" or "fbank", got {input!r}')
        if (path is None) == (num_bytes is None) or (path is None and input is None):
            raise InputError("OnnxEncoder takes a path, or num_bytes and input of a file in a checkpoint")
        content = bytes(num_bytes or 0) if path is None else _read(Path(path))
        session = None if path is None else open_session(content, source=str(path))
        kind = _kind(session, input, str(path))
        if kind == "waveform" and front_end is not None:
            raise InputError("a network that takes a waveform has its own front end")
        default = RawWaveform() if kind == "waveform" else wespeaker_fbank()
        super().__init__(front_end=default if front_end is None else front_end)
        self.input = kind
        self._min_samples, self._session = min_samples, session
        self.register_buffer("file", torch.frombuffer(bytearray(content), dtype=torch.uint8))
        self._embedding_dim: int | None = None

    def config(self, front_end: Plain = None) -> dict[str, Plain]:
        """What `save_checkpoint` needs to rebuild this encoder.

        Args:
            front_end: configuration of the front end, where one was given.
        """
        arguments: dict[str, Plain] = {"num_bytes": self.file.numel(), "input": self.input}
        given = {"front_end": front_end, "min_samples": self._min_samples}
        arguments |= {name: value for name, value in given.items() if value is not None}
        return {"class_path": "kowairo.models.OnnxEncoder", "init_args": arguments}

    @property
    def embedding_dim(self) -> int:
        """Number of values of the first output."""
        if self._embedding_dim is None:
            with torch.no_grad():
                self._embedding_dim = self._run(self.front_end(torch.zeros(1, _PROBE_SAMPLES))[0]).numel()
        return self._embedding_dim

    @property
    def min_samples(self) -> int:
        """The least number of samples computed as they are."""
        if self._min_samples is not None:
            return self._min_samples
        stated = self._opened().get_modelmeta().custom_metadata_map.get("min_samples", "")
        if stated.isdigit():
            return int(stated)
        return _LEAST_WAVEFORM_SAMPLES if self.input == "waveform" else super().min_samples

    @property
    def min_frames(self) -> int:
        """10 frames where nobody says more."""
        return _LEAST_FRAMES

    def embed_features(self, features: torch.Tensor) -> torch.Tensor:
        """Embeddings (batch, dim) of features (batch, frames, features), row by row."""
        return torch.stack([self._run(row) for row in features]).to(features.device)

    def __getstate__(self) -> dict[str, object]:
        """Without the session, which cannot be copied; it is opened anew where it is needed."""
        return {**self.__dict__, "_session": None}

    def _run(self, features: torch.Tensor) -> torch.Tensor:
        """One utterance, (frames, features), to (dim,)."""
        session = self._opened()
        values = features.detach().float().cpu().numpy()
        batch = values[None, :, 0] if self.input == "waveform" else values[None]
        (embedding, *_) = session.run(None, {session.get_inputs()[0].name: np.ascontiguousarray(batch)})
        return torch.from_numpy(np.array(embedding, dtype=np.float32).reshape(-1))

    def _opened(self) -> InferenceSession:
        if self._session is None:
            session = open_session(self.file.cpu().numpy().tobytes(), source="the checkpoint's ONNX file")
            _kind(session, self.input, "the checkpoint's ONNX file")
            self._session = session
        return self._session


def _kind(session: InferenceSession | None, given: OnnxInput | None, source: str) -> OnnxInput:
    """What the network takes, checked against what was given."""
    if session is None and given is not None:
        return given
    axes = 0 if session is None else only_input(session, source=source)[1]
    found: OnnxInput = "waveform" if axes == _AXES["waveform"] else "fbank"
    if given not in (None, found):
        raise InputError(f"{source}: the network's input has {axes} axes, which is {found}, not {given}")
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
