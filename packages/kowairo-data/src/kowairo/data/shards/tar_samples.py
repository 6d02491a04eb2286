"""The samples of a tar file in the WebDataset layout: neighbours of one name with different endings."""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from kowairo.core import InputError

AUDIO_ENDINGS = ("flac", "wav", "ogg", "opus", "oga", "mp3", "aiff", "aif", "au", "audio")
"""Endings of members that hold audio; `audio` is any format that libsndfile knows by its content."""


@dataclass(frozen=True)
class Member:
    """Where a member's content is in its tar file, in bytes."""

    offset: int
    size: int


@dataclass(frozen=True)
class TarSample:
    """Members that share a name up to the first dot of its last part."""

    key: str
    """The shared name, with its folders."""
    members: dict[str, Member] = field(default_factory=dict)
    """Place by ending, in lower case."""

    @property
    def audio(self) -> Member | None:
        """Place of the audio; None where the sample has none."""
        found = [ending for ending in AUDIO_ENDINGS if ending in self.members]
        return self.members[found[0]] if found else None


def tar_samples(file: IO[bytes], *, source: str) -> Iterator[TarSample]:
    """Walks through a tar file by its headers.

    Source: the layout is that of T. Breuel, WebDataset, 2020.

    Args:
        file: An uncompressed tar file that can seek.
        source: Its name, for messages.

    Yields:
        The samples in the order of the file. Folders, links and devices are passed over.

    Raises:
        InputError: It is no tar file, is compressed, or breaks off.
    """
    sample: TarSample | None = None
    for member in _members(file, source):
        key, ending = split_name(member.name)
        if sample is not None and sample.key != key:
            yield sample
            sample = None
        if sample is None:
            sample = TarSample(key)
        sample.members[ending] = Member(member.offset_data, member.size)
    if sample is not None:
        yield sample


def split_name(name: str) -> tuple[str, str]:
    """Parts a member's name at the first dot behind its folders: key and ending in lower case."""
    folder, slash, last = name.removeprefix("./").rpartition("/")
    stem, _, ending = last.partition(".")
    return f"{folder}{slash}{stem}", ending.lower()


def _members(file: IO[bytes], source: str) -> Iterator[tarfile.TarInfo]:
    try:
        with tarfile.open(fileobj=file, mode="r:") as tar:
            for member in tar:
                if member.isreg() and not member.issparse():
                    yield member
    except tarfile.TarError as error:
        raise InputError(f"{source} is no whole, uncompressed tar file ({error})") from error
