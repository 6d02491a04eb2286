"""Speech probabilities by the network of Silero VAD, with the weights that its wheel carries."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import safetensors
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

from kowairo.core import InputError

from .state_keys import refuse_mismatch

PACKAGE = "silero_vad"
_WEIGHTS = "data/silero_vad_16k.safetensors"
_FRAME_SAMPLES = 512
# Each frame is seen with the end of the one before it, and mirrored at its own end.
_CONTEXT_SAMPLES = 64
_MIRRORED_SAMPLES = 64
_BINS = 129
_BLOCK_FRAMES = 1024


class SileroVad(nn.Module):
    """Probability of speech in each 32 ms of a 16 kHz recording.

    Magnitudes of 16 ms spectra, four convolutions within a frame, and one LSTM over the frames. Laughs, sobs
    and breaths get low probabilities: it was trained on words.

    Source: Silero Team (2021-2026), Silero VAD 6, MIT licence; our code, their weights.
    """

    sample_rate_hz = 16000
    frame_s = _FRAME_SAMPLES / sample_rate_hz

    def __init__(self) -> None:
        super().__init__()
        self.stft_conv = nn.Conv1d(1, 2 * _BINS, 256, stride=128, bias=False)
        self.conv1 = nn.Conv1d(_BINS, 128, 3, padding=1)
        self.conv2 = nn.Conv1d(128, 64, 3, stride=2, padding=1)
        self.conv3 = nn.Conv1d(64, 64, 3, stride=2, padding=1)
        self.conv4 = nn.Conv1d(64, 128, 3, padding=1)
        self.lstm = nn.LSTM(128, 128, batch_first=True)
        self.final_conv = nn.Conv1d(128, 1, 1)

    @staticmethod
    def is_installed() -> bool:
        """Whether silero-vad, which has the weights, is installed."""
        return find_spec(PACKAGE) is not None

    @classmethod
    def load(cls, path: Path | None = None) -> SileroVad:
        """The network with its weights, in evaluation mode.

        Args:
            path: a safetensors file with the published keys; None for that of the installed silero-vad.

        Raises:
            InputError: silero-vad is not installed, or the file is missing or another one.
        """
        path = _installed_weights() if path is None else path
        try:
            state = load_file(path)
        except FileNotFoundError as error:
            raise InputError(f"{path}: no such file; silero-vad 6.2 or newer has it") from error
        except safetensors.SafetensorError as error:
            raise InputError(f"{path}: not a safetensors file: {error}") from error
        cells = {key: value for key, value in state.items() if key.startswith("lstm_cell.")}
        renamed = {f"{key.replace('lstm_cell.', 'lstm.')}_l0": value for key, value in cells.items()}
        state = {key: value for key, value in state.items() if key not in cells} | renamed
        network = cls()
        refuse_mismatch(state, network.state_dict(), source=str(path))
        network.load_state_dict(state)
        return network.eval()

    def forward(self, samples: torch.Tensor) -> torch.Tensor:
        """Probabilities (frames,) of samples (samples,) in [-1, 1]; the last frame is zero-filled."""
        count = -(-len(samples) // _FRAME_SAMPLES)
        padded = F.pad(samples, (_CONTEXT_SAMPLES, count * _FRAME_SAMPLES - len(samples)))
        frames = padded.unfold(0, _CONTEXT_SAMPLES + _FRAME_SAMPLES, _FRAME_SAMPLES)  # (frames, 576)
        state = (samples.new_zeros(1, 1, 128), samples.new_zeros(1, 1, 128))
        probabilities = []
        for block in torch.split(frames, _BLOCK_FRAMES):
            hidden, state = self.lstm(self._within_frames(block).unsqueeze(0), state)
            logits = self.final_conv(hidden.relu().transpose(1, 2))  # (1, 1, frames)
            probabilities.append(logits.sigmoid().flatten())
        return torch.cat(probabilities)

    def _within_frames(self, frames: torch.Tensor) -> torch.Tensor:
        """(frames, samples) to (frames, 128)."""
        spectra = self.stft_conv(F.pad(frames.unsqueeze(1), (0, _MIRRORED_SAMPLES), mode="reflect"))
        hidden = torch.hypot(spectra[:, :_BINS], spectra[:, _BINS:])  # (frames, bins, 4)
        for layer in (self.conv1, self.conv2, self.conv3, self.conv4):
            hidden = layer(hidden).relu()
        return hidden.squeeze(2)


def _installed_weights() -> Path:
    # Found, not imported: importing it sets torch's number of threads.
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise InputError("speech is found by silero-vad, which is not installed: pip install silero-vad")
    return Path(spec.origin).parent / _WEIGHTS
