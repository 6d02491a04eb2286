"""Making a trained checkpoint into the folder of a shipped encoder."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.nn.functional import cosine_similarity

from kowairo.core import KowairoError, TrainingRecord, atomic_folder, encoder_record

from .build import Plain
from .checkpoint import (
    checkpoint_trunk,
    load_encoder,
    read_card,
    read_config,
    save_behind,
    save_checkpoint,
)
from .encoder import Encoder
from .enhanced_encoder import EnhancedEncoder

LEAST_COSINE = 0.9999
"""Between the embeddings of the trained and of the stored weights."""

_DEFAULT_FACTS: dict[str, Plain] = {
    "licence": "follows from that of the training data; see NOTICE",
    "spoofing": "not tested against spoofed, cloned or converted voices",
    "consent": "recognising a person by voice needs that person's consent; that is the user's duty",
}
_NOISE_LENGTHS_S = (0.5, 1.0, 1.7, 3.0, 5.0, 8.0)
_NOISES_PER_LENGTH = 4


class PackingError(KowairoError):
    """Half precision changes the embeddings."""


@dataclass(frozen=True)
class PackedEncoder:
    """What was written.

    Attributes:
        folder: the checkpoint folder.
        parameters: number of parameters.
        num_bytes: size of the folder.
        least_cosine: between embeddings by the trained and by the stored weights, over the waveforms.
    """

    folder: Path
    parameters: int
    num_bytes: int
    least_cosine: float


def pack_encoder(
    checkpoint: Path,
    out: Path,
    *,
    name: str,
    facts: Mapping[str, Plain] | None = None,
    record: TrainingRecord | None = None,
    notices: Sequence[Path] = (),
    waveforms: Sequence[Sequence[float]] | None = None,
) -> PackedEncoder:
    """Writes a checkpoint folder with weights in half precision, a full card, the record and the notices.

    Args:
        checkpoint: the trained checkpoint folder; of a net that names the encoder in front of it, the net
            alone is written again.
        out: the folder to write; it appears whole, and only if the embeddings stay what they are.
        name: what the encoder is called.
        facts: what the card shall say besides: languages, ages, licence, data, teacher. They take the place
            of facts of the same name in the checkpoint's own card.
        record: audio and speakers trained on; None takes the checkpoint's own.
        notices: files to put beside it: NOTICE and licences of the sources.
        waveforms: voices to compare embeddings on, samples in [-1, 1]; None takes noises.

    Returns:
        Size, and how well the embeddings agree.

    Raises:
        InputError: not a checkpoint folder.
        PackingError: a cosine is below 0.9999.
    """
    encoder = load_encoder(checkpoint)
    own_record = encoder_record(checkpoint)
    if record is None and own_record is not None:
        record = own_record.record
    if waveforms is None:
        compared = _noises(encoder.sample_rate_hz)
    else:
        compared = [torch.tensor(samples, dtype=torch.float32) for samples in waveforms]
    parameters = sum(parameter.numel() for parameter in encoder.parameters())
    card: dict[str, Plain] = {
        "name": name,
        **_DEFAULT_FACTS,
        **read_card(checkpoint),
        **(facts or {}),
        "parameters": parameters,
        "embedding_dim": encoder.embedding_dim,
        "storage": "float16",
    }
    with atomic_folder(out) as folder:
        made = folder / name
        _save(encoder, made, checkpoint, card, record)
        least = least_cosine(encoder, load_encoder(made), compared)
        if least < LEAST_COSINE:
            raise PackingError(
                f"{checkpoint}: in half precision the least cosine to the trained embeddings is {least:.6f}, "
                f"{LEAST_COSINE} is needed"
            )
        kind = "noises" if waveforms is None else "voices"
        card["half_precision"] = {"least_cosine": round(least, 7), "compared": f"{len(compared)} {kind}"}
        _save(encoder, made, checkpoint, card, record)
        for file in [*made.iterdir(), *notices]:
            shutil.copyfile(file, folder / file.name)
        shutil.rmtree(made)
    num_bytes = sum(path.stat().st_size for path in out.iterdir())
    return PackedEncoder(out, parameters, num_bytes, least)


def _save(
    encoder: Encoder,
    folder: Path,
    checkpoint: Path,
    card: Mapping[str, Plain],
    record: TrainingRecord | None,
) -> None:
    """Save an encoder in half precision in the form that it was loaded from."""
    trunk, config, half = checkpoint_trunk(checkpoint), read_config(checkpoint), torch.float16
    if trunk is None or not isinstance(encoder, EnhancedEncoder):
        save_checkpoint(encoder, folder, config=config, card=card, record=record, storage=half)
        return
    arguments = config["init_args"]
    net = arguments.get("enhancer") if isinstance(arguments, Mapping) else None
    net = net if isinstance(net, Mapping) else {}
    save_behind(encoder.enhancer, folder, trunk=trunk, config=net, card=card, record=record, storage=half)


def least_cosine(encoder: Encoder, other: Encoder, waveforms: Sequence[torch.Tensor]) -> float:
    """The least cosine between two encoders' embeddings of the same waveforms, (samples,) each."""
    with torch.inference_mode():
        pairs = [(encoder(one.unsqueeze(0)), other(one.unsqueeze(0))) for one in waveforms]
        return min(float(cosine_similarity(left.double(), right.double())) for left, right in pairs)


def _noises(sample_rate_hz: int) -> list[torch.Tensor]:
    """Noises of several lengths, levels and colours, always the same."""
    generator = torch.Generator().manual_seed(0)
    noises = []
    for length_s in _NOISE_LENGTHS_S:
        for number in range(_NOISES_PER_LENGTH):
            white = torch.randn(round(length_s * sample_rate_hz), generator=generator)
            coloured = white + number * white.roll(1)
            noises.append(0.3 * 0.2**number * coloured / coloured.abs().max())
    return noises
