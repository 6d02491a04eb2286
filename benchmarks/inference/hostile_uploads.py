"""Files that somebody may send to break a server."""

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
import soundfile

LONG_S = 3 * 3600


@dataclass(frozen=True)
class HostileUpload:
    """One upload."""

    content: bytes
    file: str = "声.wav"
    path: str = "/identify"
    declared_bytes: int | None = None


def sound(samples: np.ndarray, kind: str = "WAV", subtype: str = "PCM_16") -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, 16000, format=kind, subtype=subtype)
    return buffer.getvalue()


def random_bytes(rng: np.random.Generator, recording: bytes) -> HostileUpload:
    return HostileUpload(rng.bytes(int(rng.integers(1, 200_000))))


def random_behind_a_header(rng: np.random.Generator, recording: bytes) -> HostileUpload:
    starts = [
        b"RIFF\xff\xff\xff\xffWAVEfmt ",
        b"OggS\x00\x02",
        b"fLaC\x00\x00\x00\x22",
        b"FORM\x00\x00\xff\xffAIFF",
    ]
    return HostileUpload(starts[int(rng.integers(len(starts)))] + rng.bytes(20_000))


def truncated(rng: np.random.Generator, recording: bytes) -> HostileUpload:
    return HostileUpload(recording[: int(rng.uniform(0.05, 0.9) * len(recording))])


def truncated_wav(rng: np.random.Generator, recording: bytes) -> HostileUpload:
    whole = sound(0.1 * rng.standard_normal(32_000))
    return HostileUpload(whole[: int(rng.uniform(0.05, 0.9) * len(whole))])


def ten_gigabytes_declared(rng: np.random.Generator, recording: bytes) -> HostileUpload:
    return HostileUpload(recording, declared_bytes=10 * 2**30)


def zip_file(rng: np.random.Generator, recording: bytes) -> HostileUpload:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../../etc/cron.d/x.wav", bytes(5_000_000))
    return HostileUpload(buffer.getvalue(), file="voices.zip")


def no_numbers(rng: np.random.Generator, recording: bytes) -> HostileUpload:
    samples = (0.1 * rng.standard_normal(16_000)).astype(np.float32)
    samples[int(rng.integers(len(samples)))] = rng.choice([np.nan, np.inf])
    return HostileUpload(sound(samples, subtype="FLOAT"))


def nothing(rng: np.random.Generator, recording: bytes) -> HostileUpload:
    return HostileUpload(b"")


def path_in_the_name(rng: np.random.Generator, recording: bytes) -> HostileUpload:
    names = [
        "../../../../etc/passwd",
        "/etc/shadow",
        "C:\\Windows\\x.wav",
        "$(touch x).wav",
        "a;rm -rf b|c.wav",
    ]
    return HostileUpload(rng.bytes(5_000), file=names[int(rng.integers(len(names)))], path="/enroll")


@cache
def three_hours() -> bytes:
    buffer = io.BytesIO()
    with soundfile.SoundFile(buffer, "w", 16_000, 1, format="FLAC") as file:
        for _ in range(LONG_S // 60):
            file.write(np.zeros(60 * 16_000, dtype=np.float32))
    return buffer.getvalue()


def long_file(rng: np.random.Generator, recording: bytes) -> HostileUpload:
    return HostileUpload(three_hours())


HOSTILE: Mapping[str, Callable[[np.random.Generator, bytes], HostileUpload]] = MappingProxyType(
    {
        "random bytes": random_bytes,
        "random behind a header": random_behind_a_header,
        "truncated Ogg": truncated,
        "truncated WAV": truncated_wav,
        "10 GB declared": ten_gigabytes_declared,
        "zip": zip_file,
        "NaN or infinity": no_numbers,
        "0 bytes": nothing,
        "path in the name": path_in_the_name,
        "3 hours": long_file,
    }
)
"""Makers of uploads by kind; each gets a real recording to spoil."""
