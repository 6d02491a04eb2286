"""Error rates of an encoder on the speakers that fine-tuning holds out."""

import hashlib
import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from kowairo.core import (
    InputError,
    Scores,
    file_digest,
    read_json,
    read_scores,
    write_json,
    write_scores,
)
from kowairo.models import Encoder, load_encoder
from kowairo.scoring import cosine_scores

from .audio_source import StoredAudio
from .finetune_data import PreparedData
from .process_group import uses_gpu
from .validation import embed_utterances


def score_checkpoint(
    checkpoint: Path, data: PreparedData, out: Path, *, threads: int = 2, device: str = "auto"
) -> Scores:
    """Cosines of the trials to report on, by whole lines; taken up again where they are there.

    Args:
        checkpoint: checkpoint folder.
        data: prepared data.
        out: score file; a JSON file beside it says what it is of.
        threads: lines embedded at a time on a CPU.
        device: "auto", "cpu" or "gpu".

    Raises:
        InputError: if an embedding is not finite.
    """
    digest = _digest(checkpoint, data)
    mark = out.with_suffix(".json")
    if out.is_file() and mark.is_file() and read_json(mark) == {"digest": digest}:
        return read_scores(out)
    mark.unlink(missing_ok=True)
    place = torch.device("cuda" if uses_gpu(device) else "cpu")
    scores = _scores(load_encoder(checkpoint).to(place), data, threads, source=str(checkpoint))
    write_scores(out, scores)
    write_json(mark, {"digest": digest})
    return scores


def _digest(checkpoint: Path, data: PreparedData) -> str:
    parts = [file_digest(checkpoint / name) for name in ("model.safetensors", "config.yaml")]
    return hashlib.sha256(json.dumps([*parts, data.facts.digest]).encode()).hexdigest()


def _scores(encoder: Encoder, data: PreparedData, threads: int, *, source: str) -> Scores:
    trials = data.trials
    utts = sorted({*trials.enroll, *trials.test})
    audio = StoredAudio(data.store)
    longest = max(len(audio.samples(utt)) for utt in utts)
    vectors, embedded = embed_utterances(encoder, audio, utts, max_samples=longest, workers=threads)
    bad = int((~np.isfinite(vectors).all(axis=1)).sum())
    if bad:
        raise InputError(f"{source}: {bad} of {len(embedded)} embeddings are not finite")
    row = {utt: number for number, utt in enumerate(embedded)}
    enroll, test = (_rows(side, row) for side in (trials.enroll, trials.test))
    values = cosine_scores(vectors[enroll], vectors[test])
    return Scores(trials.enroll, trials.test, values.astype(np.float64))


def _rows(side: list[str], row: dict[str, int]) -> NDArray[np.int64]:
    return np.array([row[utt] for utt in side], dtype=np.int64)
