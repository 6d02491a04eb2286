"""Prepares what augmentation mixes in (noise, music, voices, rooms), in a training and a test part."""

from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from kowairo.core import AudioRef, Corpus, InputError, atomic_path, read_wav_scp, write_wav_scp

from .augment.signal_bank import pack_signals, remove_signals
from .made_music import make_music
from .made_noise import make_noise, noise_kinds
from .material_split import PARTS, Part, hashed_part, split_material
from .rooms import simulate_rooms

_SAMPLE_RATE_HZ = 16000
_KINDS = ("noise", "music", "rir")

Table = dict[str, AudioRef]
Assigned = dict[str, tuple[Part, AudioRef]]


def prepare_material(
    out: Path | str,
    *,
    noise_folder: Path | str | None = None,
    speech: Corpus | None = None,
    num_rooms: int = 60,
    num_noises: int = 40,
    num_music: int = 15,
    made_s: float = 10.0,
    num_talkers: int = 300,
    seed: int = 0,
) -> dict[str, int]:
    """Write the tables that augmentation reads, in a training and a test part that share no recording.

    Noise and music come from the given folder; a kind that it lacks (both, without a folder) is made:
    coloured noise, hum, fans, clicks, rain, wind, fire, engines; chords with arpeggios and drums. Rooms are
    those of the folder and ``num_rooms`` simulated ones. Talkers for babble are lines of ``speech``, its
    speakers split too. The parts follow :func:`kowairo.data.material_split.split_material`.

    Writes ``<out>/{train,test}/{noise,music,rir,speech}.scp``, each with its packed samples, and made audio
    under ``<out>/made``. Equal arguments give equal files.

    Args:
        out: folder to write to; made when missing.
        noise_folder: holds some of ``noise.scp``, ``music.scp`` and ``rir.scp``.
        speech: training speech to draw talkers from; without it there is no babble.
        num_rooms: how many rooms to simulate (needs pyroomacoustics); 0 for none.
        num_noises: how many noises to make where none are given.
        num_music: how many pieces to make where none are given.
        made_s: duration of each made recording in seconds.
        num_talkers: how many lines of speech to take.
        seed: of everything made or drawn.

    Returns:
        Number of recordings by table, as ``{"train/noise": 40, ...}``.

    Raises:
        InputError: the folder holds none of the tables, two recordings share a name, a file cannot be
        decoded, or
            rooms are asked for without pyroomacoustics.
    """
    out = Path(out)
    tables = _given_tables(Path(noise_folder)) if noise_folder is not None else {}
    if "noise" not in tables:
        tables["noise"] = _make_noises(out / "made" / "noise", number=num_noises, seconds=made_s, seed=seed)
    if "music" not in tables:
        tables["music"] = _make_pieces(out / "made" / "music", number=num_music, seconds=made_s, seed=seed)
    if num_rooms > 0:
        simulate_rooms(out / "made" / "rir", num_rooms=num_rooms, seed=seed)
        simulated = read_wav_scp(out / "made" / "rir" / "rir.scp")
        tables["rir"] = _merged(tables.get("rir", {}), simulated)
    assigned = {kind: _assigned(tables.get(kind, {})) for kind in _KINDS}
    assigned["speech"] = _talkers(speech, number=num_talkers, seed=seed) if speech is not None else {}
    counts = {}
    for kind, recordings in assigned.items():
        counts.update(_write_parts(out, kind, recordings))
    return counts


def _given_tables(folder: Path) -> dict[str, Table]:
    tables = {
        kind: read_wav_scp(folder / f"{kind}.scp") for kind in _KINDS if (folder / f"{kind}.scp").is_file()
    }
    if not tables:
        raise InputError(f"{folder}: expected noise.scp, music.scp or rir.scp (rows `name path`), found none")
    return {kind: table for kind, table in tables.items() if table}


def _merged(given: Table, simulated: Table) -> Table:
    shared = sorted(given.keys() & simulated.keys())
    if shared:
        raise InputError(
            f"impulse response {shared[0]!r}: a simulated room has this name; rename the given one"
        )
    return {**given, **simulated}


def _assigned(table: Table) -> Assigned:
    parts = split_material(table)
    return {name: (parts[name], ref) for name, ref in table.items()}


def _write_parts(out: Path, kind: str, assigned: Assigned) -> dict[str, int]:
    counts = {}
    for part in PARTS:
        chosen = {name: ref for name, (its_part, ref) in assigned.items() if its_part == part}
        table = out / part / f"{kind}.scp"
        if chosen:
            write_wav_scp(table, chosen)
            pack_signals(table)
            counts[f"{part}/{kind}"] = len(chosen)
        else:
            # A table of an earlier run with other material must not survive.
            remove_signals(table)
    return counts


def _talkers(speech: Corpus, *, number: int, seed: int) -> Assigned:
    utts = speech.utts
    chosen = np.random.default_rng([seed, 3]).permutation(len(utts))[:number]
    return {utts[i]: (hashed_part(speech.utt2spk[utts[i]]), speech.audio[utts[i]]) for i in sorted(chosen)}


def _make_noises(folder: Path, *, number: int, seconds: float, seed: int) -> Table:
    kinds = noise_kinds()
    made = {}
    for index in range(number):
        rng = np.random.default_rng([seed, 1, index])
        # Numbered within the kind, so that every kind has its share of the test part.
        name = f"made_{kinds[index % len(kinds)]}_{index // len(kinds):02d}"
        noise = make_noise(kinds[index % len(kinds)], seconds=seconds, rng=rng)
        made[name] = _written(folder / f"{name}.flac", noise)
    return made


def _make_pieces(folder: Path, *, number: int, seconds: float, seed: int) -> Table:
    made = {}
    for index in range(number):
        piece = make_music(seconds=seconds, rng=np.random.default_rng([seed, 2, index]))
        made[f"made_music_{index:02d}"] = _written(folder / f"made_music_{index:02d}.flac", piece)
    return made


def _written(path: Path, samples: NDArray[np.float32]) -> AudioRef:
    with atomic_path(path) as partial:
        soundfile.write(partial, samples, _SAMPLE_RATE_HZ, subtype="PCM_16")
    return AudioRef(path)
