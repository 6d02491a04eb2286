"""Who of a gallery speaks when in a long recording."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError

from ..recording import Recording
from ..speaker_embedder import Embedding, SpeakerEmbedder
from .gallery import Gallery
from .identification import Candidate
from .voice_matrix import VoiceScoring

_CANDIDATES = 10
_BATCH = 256


@dataclass(frozen=True)
class SpeakerSpan:
    """A stretch of one voice."""

    start_s: float
    """Where it begins, s."""
    end_s: float
    """Where it ends, s."""
    voice: str | None
    """Whose it is; None where nobody of the gallery passes the threshold."""
    score: float
    """Mean cosine of its windows with the voice; with the best one of each where it is nobody."""


@dataclass(frozen=True, eq=False)
class SpeakerTimeline:
    """What became of a recording.

    Attributes:
        spans: Stretches in their order; pauses lie between them.
        times_s: (window,) middle of each window, s.
        best: (window,) its cosine with the best voice.
        end_s: Where the last window ends, s.
    """

    spans: list[SpeakerSpan]
    times_s: NDArray[np.float64]
    best: NDArray[np.float64]
    end_s: float


def speaker_timeline(
    gallery: Gallery,
    embedder: SpeakerEmbedder,
    audio: Recording,
    *,
    threshold: float | None,
    window_s: float = 2.0,
    hop_s: float = 0.5,
    switch_cost: float = 0.2,
    scoring: VoiceScoring = "centroid",
) -> SpeakerTimeline:
    """Follow the speakers of a recording of any length through sliding windows.

    Each window is compared with the gallery. Of all ways to give the windows voices, the one is taken that
    has the greatest sum of cosines, less `switch_cost` for each change between neighbouring windows; nobody
    counts as the threshold. A window stands for the `hop_s` around its middle, at a pause for its
    sound. So changes are found to about half a hop, and a turn much shorter than a window is not.

    Args:
        gallery: The voices.
        embedder: Their encoder; windows below its bar are pauses.
        audio: The recording.
        threshold: Lowest cosine of a voice; None gives every window to somebody.
        window_s: Length of a window, s.
        hop_s: From the start of one window to that of the next, s.
        switch_cost: What a change of speaker costs, in cosines; 0 judges each window alone.
        scoring: How a voice with several references is scored.

    Returns:
        Stretches of voices.

    Raises:
        InputError: The encoder is another than the gallery's, the gallery is empty, or a number is out of
            range.
        AudioError: The recording cannot be read.

    Source: the best path is A. Viterbi's (1967).
    """
    if not (0 < hop_s <= window_s) or switch_cost < 0:
        raise InputError(
            f"expected 0 < hop <= window and a cost of 0 or more, got {hop_s}, {window_s}, {switch_cost}"
        )
    if embedder.digest != gallery.encoder.sha256:
        raise InputError(f"this gallery is of the encoder {gallery.encoder.name}, embed with that one")
    windows = list(_judged(gallery, embedder.embed_windows(audio, window_s=window_s, hop_s=hop_s), scoring))
    times = np.array([one.middle_s for one in windows])
    best = np.array([one.candidates[0].score for one in windows])
    spans: list[SpeakerSpan] = []
    for run in _without_pauses(windows, hop_s):
        names, scores = _score_table([one.candidates for one in run], threshold)
        path = best_path(scores, switch_cost=switch_cost)
        edges = _edges(run, hop_s, is_first=run[0].start_s == 0, is_last=run[-1] is windows[-1])
        spans += _spans(run, names, scores, path, edges)
    return SpeakerTimeline(spans, times, best, windows[-1].end_s if windows else 0.0)


@dataclass(frozen=True)
class _Window:
    """A window and the best voices for it."""

    start_s: float
    end_s: float
    sound_s: float
    candidates: list[Candidate]

    @property
    def middle_s(self) -> float:
        return (self.start_s + self.end_s) / 2


def _judged(gallery: Gallery, embeddings: Iterable[Embedding], scoring: VoiceScoring) -> Iterable[_Window]:
    """Compare windows with the gallery, some hundred at a time; only their candidates are kept."""
    batch: list[Embedding] = []
    for one in embeddings:
        batch.append(one)
        if len(batch) == _BATCH:
            yield from _compare(gallery, batch, scoring)
            batch = []
    if batch:
        yield from _compare(gallery, batch, scoring)


def _compare(gallery: Gallery, batch: list[Embedding], scoring: VoiceScoring) -> Iterable[_Window]:
    vectors = np.stack([one.vector for one in batch])
    found = gallery.candidates(vectors, count=_CANDIDATES, scoring=scoring)
    return [
        _Window(one.start_s, one.end_s, one.quality.sound_s, voices)
        for one, voices in zip(batch, found, strict=True)
    ]


def _without_pauses(windows: Sequence[_Window], hop_s: float) -> Iterable[Sequence[_Window]]:
    """Runs of windows that follow each other without one left out."""
    starts = np.array([one.start_s for one in windows])
    breaks = np.flatnonzero(np.diff(starts) > 1.5 * hop_s) + 1
    for part in np.split(np.arange(len(windows)), breaks):
        if len(part):
            yield windows[part[0] : part[-1] + 1]


def _score_table(
    candidates: Sequence[Sequence[Candidate]], threshold: float | None
) -> tuple[list[str | None], NDArray[np.float64]]:
    """Scores (window, voice) of all that are among the candidates, and nobody in the last column.

    A voice that is not among a window's candidates scores at most what the last of them does, and gets that.
    """
    names = sorted({one.voice for found in candidates for one in found})
    columns = {name: column for column, name in enumerate(names)}
    scores = np.empty((len(candidates), len(names) + 1))
    for row, found in enumerate(candidates):
        scores[row] = found[-1].score
        for one in found:
            scores[row, columns[one.voice]] = one.score
    scores[:, -1] = -np.inf if threshold is None else threshold
    return [*names, None], scores


def best_path(scores: NDArray[np.float64], *, switch_cost: float) -> NDArray[np.int64]:
    """Choose a column for each row, so that the scores' sum less the cost of changes is greatest.

    Args:
        scores: (window, voice).
        switch_cost: Cost of a change between neighbouring rows.

    Returns:
        (window,) column numbers.
    """
    count = len(scores)
    came_from = np.empty(scores.shape, dtype=np.int64)
    total = scores[0].copy()
    own = np.arange(scores.shape[1])
    for row in range(1, count):
        leader = int(np.argmax(total))
        stays = total >= total[leader] - switch_cost
        came_from[row] = np.where(stays, own, leader)
        total = np.where(stays, total, total[leader] - switch_cost) + scores[row]
    path = np.empty(count, dtype=np.int64)
    path[-1] = int(np.argmax(total))
    for row in range(count - 1, 0, -1):
        path[row - 1] = came_from[row, path[row]]
    return path


def _edges(run: Sequence[_Window], hop_s: float, *, is_first: bool, is_last: bool) -> list[float]:
    """Where each window's part begins, and where the last one ends, s.

    The windows beside a pause are mostly pause, so their parts end where their sound does.
    """
    inner = [one.middle_s - hop_s / 2 for one in run[1:]]
    begin, end = run[0].start_s, run[-1].end_s
    if not is_first:
        begin = min(run[0].end_s - run[0].sound_s, run[0].middle_s)
    if not is_last:
        end = max(run[-1].start_s + run[-1].sound_s, run[-1].middle_s)
    return [begin, *inner, end]


def _spans(
    run: Sequence[_Window],
    names: Sequence[str | None],
    scores: NDArray[np.float64],
    path: NDArray[np.int64],
    edges: Sequence[float],
) -> list[SpeakerSpan]:
    """Neighbouring windows of one voice as one stretch."""
    # Of nobody, the cosine with the best voice tells how near somebody came.
    nearest = np.array([one.candidates[0].score for one in run])
    spans = []
    for part in np.split(np.arange(len(path)), np.flatnonzero(np.diff(path)) + 1):
        voice = names[path[part[0]]]
        own = nearest[part] if voice is None else scores[part, path[part[0]]]
        spans.append(SpeakerSpan(edges[part[0]], edges[part[-1] + 1], voice, float(own.mean())))
    return spans
