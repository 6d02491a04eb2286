"""Validation of a stage: closed-set classification of held-out lines, and verification of unseen speakers."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from kowairo.core import InputError, Trials
from kowairo.losses import DomainIdentityLevel, IdentityLevel, identity_levels
from kowairo.models import Encoder
from kowairo.scoring import cosine_scores, eer
from kowairo.scoring.closed_set import closed_set_metrics_of

from .audio_source import AudioSource, to_float
from .head import Head
from .speaker_model import SpeakerModel

_LOGIT_LINES = 1024
_log = logging.getLogger(__name__)
_TRUNK = "embedding"


@dataclass(frozen=True, eq=False)
class LabelledAudio:
    """Utterances of known speakers with their audio.

    Attributes:
        source: audio.
        utts: utterance ids.
        speakers: speaker of each, after merging.
    """

    source: AudioSource
    utts: list[str]
    speakers: list[str]


@dataclass(frozen=True, eq=False)
class Validation:
    """What a stage is validated on; either side may be missing.

    Attributes:
        closed: held-out lines of training speakers.
        trials: trials of validation speakers.
        trial_source: audio of the trials.
        level_trials: trials of the same lines at levels of identity over domains, by the level's name.
        max_duration_s: only the first so many seconds of a line are embedded.
        workers: lines embedded at a time.
    """

    closed: LabelledAudio | None = None
    trials: Trials | None = None
    trial_source: AudioSource | None = None
    level_trials: Mapping[str, Trials] = field(default_factory=dict)
    max_duration_s: float = 10.0
    workers: int = 2

    def __call__(self, model: SpeakerModel) -> dict[str, float]:
        """Evaluate a model.

        Args:
            model: encoder and head, in evaluation mode.

        Returns:
            closed_accuracy, macro_precision, macro_recall, macro_f1 and valid_eer, fractions; those that can
            be had: a loss without a row per speaker classifies nothing. With levels of identity, each that
            has trials has valid_eer_<level>, behind its projection, and valid_eer is their mean.
        """
        max_samples = round(self.max_duration_s * model.encoder.sample_rate_hz)
        metrics: dict[str, float] = {}
        if self.closed is not None and model.head.classifier is not None:
            metrics |= self._closed(model, self.closed, max_samples)
        if self.trials is not None and self.trial_source is not None:
            metrics |= self._verification(model, self.trials, self.trial_source, max_samples)
        return metrics

    def _closed(self, model: SpeakerModel, closed: LabelledAudio, max_samples: int) -> dict[str, float]:
        vectors, labels = _closed_vectors(model, closed, max_samples=max_samples, workers=self.workers)
        # A block at a time: all logits of many lines and speakers take gigabytes.
        predictions = np.concatenate(
            [
                speaker_logits(model, vectors[first : first + _LOGIT_LINES]).argmax(axis=1)
                for first in range(0, len(vectors), _LOGIT_LINES)
            ]
        )
        count = len(speaker_classes(model.head)[0])
        result = closed_set_metrics_of(labels, predictions, num_classes=count)
        return {
            "closed_accuracy": result.accuracy,
            "macro_precision": result.macro_precision,
            "macro_recall": result.macro_recall,
            "macro_f1": result.macro_f1,
        }

    def _verification(
        self, model: SpeakerModel, trials: Trials, source: AudioSource, max_samples: int
    ) -> dict[str, float]:
        levels = identity_levels(model.head.loss)
        of_labels = next((n for n, one in levels.items() if isinstance(one, IdentityLevel)), _TRUNK)
        lists = {of_labels: trials} | {n: one for n, one in self.level_trials.items() if n in levels}
        utts = sorted({utt for one in lists.values() for utt in (*one.enroll, *one.test) if utt in source})
        vectors, embedded = embed_utterances(
            model.encoder, source, utts, max_samples=max_samples, workers=self.workers
        )
        rows = {utt: index for index, utt in enumerate(embedded)}
        found: dict[str, float] = {}
        for name, listed in lists.items():
            seen = _behind(levels[name], vectors) if name in levels else vectors
            found[f"valid_eer_{name}"] = _trials_eer(listed, seen, rows)
        if not levels:
            return {"valid_eer": found[f"valid_eer_{_TRUNK}"]}
        return {"valid_eer": sum(found.values()) / len(found), **found}


def _behind(level: IdentityLevel | DomainIdentityLevel, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    with torch.inference_mode():
        device = level.projection.weight.device
        projected: NDArray[np.float32] = level.projection(torch.from_numpy(vectors).to(device)).cpu().numpy()
    return projected


def _trials_eer(trials: Trials, vectors: NDArray[np.float32], rows: Mapping[str, int]) -> float:
    known = [(e in rows and t in rows) for e, t in zip(trials.enroll, trials.test, strict=True)]
    if not all(known):
        _log.warning("%d of %d validation trials have no audio", known.count(False), len(known))
    pairs = [(rows[e], rows[t], y) for (e, t, y), ok in zip(trials, known, strict=True) if ok]
    if not any(y for _, _, y in pairs) or all(y for _, _, y in pairs):
        raise InputError("validation trials with audio need both targets and non-targets")
    enroll, test, target = (np.array(column) for column in zip(*pairs, strict=True))
    scores = cosine_scores(vectors[enroll], vectors[test])
    return eer(scores[target], scores[~target]).value


def closed_logits(
    model: SpeakerModel, closed: LabelledAudio, *, max_samples: int, workers: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Margin-free logits of held-out lines, over the classes that are speakers (speed copies left out).

    Args:
        model: encoder and head, in evaluation mode.
        closed: held-out lines; a line of a speaker that the head does not know is left out.
        max_samples: only the first so many samples of a line are used.
        workers: lines embedded at a time.

    Returns:
        (utterance, class) logits and (utterance,) labels, classes in the order of `speaker_classes`.

    Raises:
        InputError: if no line is of a speaker that the head knows.
    """
    vectors, labels = _closed_vectors(model, closed, max_samples=max_samples, workers=workers)
    return speaker_logits(model, vectors), labels


def speaker_logits(model: SpeakerModel, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Margin-free logits over the classes that are speakers.

    Args:
        model: encoder and head, in evaluation mode.
        vectors: (utterance, dim) embeddings.

    Returns:
        (utterance, class), classes in the order of `speaker_classes`.
    """
    rows, _ = speaker_classes(model.head)
    device = next(model.parameters()).device
    with torch.inference_mode():
        logits = model.head.logits(torch.from_numpy(vectors).to(device))
        chosen = logits if len(rows) == logits.shape[1] else logits[:, rows]
        found: NDArray[np.float32] = chosen.float().cpu().numpy()
    return found


def _closed_vectors(
    model: SpeakerModel, closed: LabelledAudio, *, max_samples: int, workers: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    _, names = speaker_classes(model.head)
    number = {name: index for index, name in enumerate(names)}
    speaker_of = {
        utt: number[speaker]
        for utt, speaker in zip(closed.utts, closed.speakers, strict=True)
        if speaker in number and utt in closed.source
    }
    vectors, embedded = embed_utterances(
        model.encoder, closed.source, list(speaker_of), max_samples=max_samples, workers=workers
    )
    if not embedded:
        raise InputError("no line of the closed split is of a speaker that was trained on")
    return vectors, np.array([speaker_of[utt] for utt in embedded], dtype=np.int64)


def speaker_classes(head: Head) -> tuple[list[int], list[str]]:
    """Rows and names of the classes that are speakers, not copies at another speed."""
    rows = [row for row, name in enumerate(head.classes) if "|" not in name]
    return rows, [head.classes[row] for row in rows]


def embed_utterances(
    encoder: Encoder, source: AudioSource, utts: Sequence[str], *, max_samples: int, workers: int
) -> tuple[NDArray[np.float32], list[str]]:
    """Embed utterances one by one, never padded, several at a time on a CPU.

    Args:
        encoder: encoder in evaluation mode.
        source: audio.
        utts: utterance ids; those that cannot be read are left out.
        max_samples: only the first so many samples are used.
        workers: threads, each computing with one core.

    Returns:
        (utterance, dim) embeddings and the ids of their rows.
    """
    device = next((parameter.device for parameter in encoder.parameters()), torch.device("cpu"))

    def embed(utt: str) -> NDArray[np.float32] | None:
        try:
            samples = to_float(source.samples(utt)[:max_samples])
        except InputError as error:
            _log.warning("left out of validation: %s", error)
            return None
        with torch.inference_mode():
            vector: torch.Tensor = encoder(torch.from_numpy(samples).unsqueeze(0).to(device))
        result: NDArray[np.float32] = vector[0].float().cpu().numpy()
        return result

    threads = workers if device.type == "cpu" else 1
    with (
        _single_threaded_kernels(),
        ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool,
    ):
        found = list(pool.map(embed, utts))
    kept = [(utt, vector) for utt, vector in zip(utts, found, strict=True) if vector is not None]
    vectors = (
        np.stack([vector for _, vector in kept]) if kept else np.empty((0, encoder.embedding_dim), np.float32)
    )
    return vectors, [utt for utt, _ in kept]


@contextmanager
def _single_threaded_kernels() -> Iterator[None]:
    before = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(before)
