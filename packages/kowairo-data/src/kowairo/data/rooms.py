"""Impulse responses of simulated rooms, with pyroomacoustics (extra ``kowairo-data[rooms]``)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import soundfile
from numpy.typing import NDArray

from kowairo.core import AudioRef, InputError, atomic_path, write_table, write_wav_scp

_SAMPLE_RATE_HZ = 16000
_MAX_LENGTH_S = 0.5
# Images farther than max length x speed of sound are cut off anyway; 60 reflections reach that in all but the
# narrowest rooms, and the cost grows with the cube of the order.
_MAX_ORDER = 60
_MAX_ABSORPTION = 0.95
_WALLS = ("east", "west", "north", "south", "ceiling", "floor")
_WALL_MARGIN_M = 0.4


@dataclass(frozen=True)
class Room:
    """A shoebox room with a speaker and a microphone in it."""

    size_m: tuple[float, float, float]
    """Length, width and height in metres."""
    absorption: tuple[float, ...]
    """Energy absorption of the six walls, each between 0 and 1."""
    source_m: tuple[float, float, float]
    """Position of the mouth in metres."""
    microphone_m: tuple[float, float, float]
    """Position of the microphone in metres."""
    rt60_s: float
    """Reverberation time after Sabine, for the mean absorption."""


def simulate_rooms(
    out: Path | str, *, num_rooms: int = 60, seed: int = 0, rt60_s: tuple[float, float] = (0.15, 0.7)
) -> None:
    """Simulate rooms with the image method and write one impulse response each.

    A response is 16 kHz, starts at the direct sound, lasts at most 0.5 s and has unit energy. Rooms measure
    2.5-8 m x 2.5-6 m x 2.3-3.5 m, mouth and microphone are 0.3-3 m apart. Equal arguments give equal files.

    Writes ``room_<number>.flac`` (24 bits), ``rir.scp`` and ``rir2rt60`` (seconds) into ``out``.

    Source: Allen, Berkley, "Image method for efficiently simulating small-room acoustics" (1979).

    Args:
        out: folder to write to; made when missing.
        num_rooms: how many.
        seed: of all random choices; room i is the same whatever ``num_rooms``.
        rt60_s: shortest and longest reverberation time in seconds, drawn uniformly.

    Raises:
        InputError: pyroomacoustics is not installed, or a number or time that is not positive.
    """
    if num_rooms < 1:
        raise InputError(f"num_rooms: expected at least 1, got {num_rooms}")
    if not 0.1 <= rt60_s[0] <= rt60_s[1] <= 2.0:
        raise InputError(f"rt60_s: expected 0.1 <= low <= high <= 2 seconds, got {rt60_s}")
    out = Path(out)
    acoustics = _pyroomacoustics()
    refs: dict[str, AudioRef] = {}
    times: dict[str, str] = {}
    with _one_thread(acoustics):
        for number in range(num_rooms):
            name = f"room_{number:03d}"
            room = draw_room(rng=np.random.default_rng([seed, number]), rt60_s=rt60_s)
            refs[name] = AudioRef(out / f"{name}.flac")
            times[name] = f"{room.rt60_s:.3f}"
            with atomic_path(refs[name].path) as path:
                soundfile.write(path, _response(acoustics, room), _SAMPLE_RATE_HZ, subtype="PCM_24")
    write_table(out / "rir2rt60", times)
    write_wav_scp(out / "rir.scp", refs)


def draw_room(*, rng: np.random.Generator, rt60_s: tuple[float, float]) -> Room:
    """Draw a room whose walls can give the reverberation time, redrawing the size where they cannot.

    Args:
        rng: source of every random choice.
        rt60_s: shortest and longest reverberation time in seconds.

    Returns:
        A room whose absorption follows from Sabine's formula, +-30 % from wall to wall.
    """
    reverberation_s = rng.uniform(*rt60_s)
    while True:
        size = rng.uniform([2.5, 2.5, 2.3], [8.0, 6.0, 3.5])
        absorption = sabine_absorption(size, rt60_s=reverberation_s)
        if absorption <= _MAX_ABSORPTION:
            break
    walls = np.clip(absorption * rng.uniform(0.7, 1.3, size=len(_WALLS)), 0.02, _MAX_ABSORPTION)
    source, microphone = _positions(size, rng=rng)
    return Room(
        size_m=_triple(size),
        absorption=tuple(walls.tolist()),
        source_m=_triple(source),
        microphone_m=_triple(microphone),
        rt60_s=float(reverberation_s),
    )


def sabine_absorption(size_m: NDArray[np.float64], *, rt60_s: float) -> float:
    r"""Mean absorption of a shoebox after Sabine: :math:`a = \frac{24 \ln 10}{c} \frac{V}{S\,T_{60}}`.

    Args:
        size_m: (3,) length, width, height in metres.
        rt60_s: reverberation time in seconds.

    Returns:
        Share of the energy that a wall swallows; above 1 where no wall could.
    """
    length, width, height = size_m
    surface = 2.0 * (length * width + width * height + length * height)
    return float(24.0 * np.log(10.0) * length * width * height / (343.0 * surface * rt60_s))


def _positions(size: NDArray[np.float64], *, rng: np.random.Generator) -> tuple[NDArray[np.float64], ...]:
    while True:
        source, microphone = rng.uniform(_WALL_MARGIN_M, size - _WALL_MARGIN_M, size=(2, 3))
        # Mouths are at the height of somebody who sits or stands.
        source[2] = rng.uniform(1.0, 1.7)
        if 0.3 <= np.linalg.norm(source - microphone) <= 3.0:
            return source, microphone


def _response(acoustics: ModuleType, room: Room) -> NDArray[np.float32]:
    shoebox = acoustics.ShoeBox(
        room.size_m,
        fs=_SAMPLE_RATE_HZ,
        materials=acoustics.make_materials(**dict(zip(_WALLS, room.absorption, strict=True))),
        max_order=min(_MAX_ORDER, _needed_order(room)),
    )
    shoebox.add_source(room.source_m)
    shoebox.add_microphone(room.microphone_m)
    shoebox.compute_rir()
    response = np.asarray(shoebox.rir[0][0], dtype=np.float64)
    distance_m = float(np.linalg.norm(np.subtract(room.source_m, room.microphone_m)))
    # The library delays everything by half of its interpolation filter.
    delay = acoustics.constants.get("frac_delay_length") // 2
    start = round(distance_m / acoustics.constants.get("c") * _SAMPLE_RATE_HZ) + delay
    response = response[start : start + round(_MAX_LENGTH_S * _SAMPLE_RATE_HZ)]
    return np.asarray(response / np.sqrt(np.sum(response**2)), dtype=np.float32)


def _needed_order(room: Room) -> int:
    # The pile of image rooms up to an order must hold a sphere of radius (speed of sound x time that we
    # keep).
    length, width, height = room.size_m
    pairs = ((length, width), (width, height), (length, height))
    narrowest = min(a * b / np.hypot(a, b) for a, b in pairs)
    return int(np.ceil(343.0 * min(room.rt60_s, _MAX_LENGTH_S) / narrowest))


def _triple(values: NDArray[np.float64]) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])


def _pyroomacoustics() -> ModuleType:
    try:
        import pyroomacoustics
    except ImportError as error:
        raise InputError("simulated rooms need pyroomacoustics: pip install 'kowairo-data[rooms]'") from error
    module: ModuleType = pyroomacoustics
    return module


@contextmanager
def _one_thread(acoustics: ModuleType) -> Iterator[None]:
    # With several threads the sum over image sources is split, and its last bit depends on their number.
    before = acoustics.constants.get("num_threads")
    acoustics.constants.set("num_threads", 1)
    try:
        yield
    finally:
        acoustics.constants.set("num_threads", before)
