"""Recording the planned lines: speak a sentence once, perform it in every voice that says it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from kowairo.core import atomic_path
from kowairo.data.synth.acting import deliver
from kowairo.data.synth.cast import Cast, Character, Title
from kowairo.data.synth.channel import CODECS, Codec, draw_colour, transmit
from kowairo.data.synth.flaws import spoil
from kowairo.data.synth.plan import Line
from kowairo.data.synth.speak import ANALYSIS_RATE_HZ, Analysis, analyze, resynthesize, speak
from kowairo.data.synth.transform import apply_delivery

TITLE_CODEC_SHARE = 0.5


@dataclass(frozen=True)
class Take:
    """One recording to make."""

    line: Line
    """What and how."""
    voice: Character
    """Whose voice is heard."""
    title: Title
    """Where it is recorded."""
    path: Path
    """File to write."""


@dataclass(frozen=True)
class Scene:
    """All takes of one sentence."""

    text: str
    """The sentence."""
    takes: tuple[Take, ...]
    """The recordings."""
    seed: int
    """Seed of the corpus."""


def make_scenes(cast: Cast, plan: Iterable[Line], folder: Path, *, seed: int) -> list[Scene]:
    """Group the takes by sentence.

    Args:
        cast: the cast.
        plan: the lines.
        folder: folder of the audio files.
        seed: seed of the corpus.

    Returns:
        Scenes in the order in which their sentences first occur.
    """
    people = {person.speaker: person for person in cast.characters}
    by_text: dict[str, list[Take]] = {}
    for line in plan:
        title = cast.titles[people[line.speaker].title]
        take = Take(line, people[line.voice], title, audio_path(line, folder))
        by_text.setdefault(line.text, []).append(take)
    return [Scene(text, tuple(takes), seed) for text, takes in by_text.items()]


def audio_path(line: Line, folder: Path) -> Path:
    """Where the recording of a line is kept; broken files carry the name of the format they pretend to be."""
    suffix = {"truncated": ".ogg", "text_file": ".wav", "not_finite": ".wav"}.get(line.flaw, ".flac")
    return folder / line.speaker / f"{line.utt}{suffix}"


def record_scene(scene: Scene) -> int:
    """Make the takes of a scene that do not exist yet.

    Args:
        scene: a sentence and who says it.

    Returns:
        Number of files written. Every take draws from a stream of its own, so the result does not depend on
        which takes are made in one go.

    Raises:
        KowairoError: the extra ``synth`` is not installed.
    """
    missing = [take for take in scene.takes if not take.path.exists()]
    if not missing:
        return 0
    analysis = analyze(speak(scene.text))
    for take in missing:
        samples = perform(take, analysis, rng=np.random.default_rng([scene.seed, 3, take.line.stream]))
        with atomic_path(take.path) as partial:
            if take.line.flaw in ("none", "mislabelled"):
                soundfile.write(partial, samples, ANALYSIS_RATE_HZ, format="FLAC", subtype="PCM_16")
            else:
                spoil(partial, samples, take.line.flaw)
    return len(missing)


def perform(take: Take, analysis: Analysis, *, rng: np.random.Generator) -> NDArray[np.float64]:
    """Perform a line and send it through its channel.

    Args:
        take: voice, line and title.
        analysis: the sentence in the source voice.
        rng: the line's stream.

    Returns:
        (samples,) at 16 kHz.
    """
    delivery = deliver(take.voice.voice, emotion=take.line.emotion, kind=take.line.kind, rng=rng)
    layers = (take.title.colour, draw_colour(rng=rng))
    codec = _draw_codec(take.title, rng=rng)
    return transmit(resynthesize(apply_delivery(analysis, delivery)), layers, codec, rng=rng)


def _draw_codec(title: Title, *, rng: np.random.Generator) -> Codec:
    """The title's format for half of its lines, any format for the rest."""
    any_codec = CODECS[rng.integers(len(CODECS))]
    return title.codec if rng.random() < TITLE_CODEC_SHARE else any_codec
