"""Reading stretches of shards, on local disks and elsewhere."""

import importlib
import os
from abc import ABC, abstractmethod
from collections import OrderedDict
from pathlib import Path
from typing import IO, cast

from kowairo.core import InputError

_OPEN_FILES = 16
_REMOTE_BLOCK_BYTES = 8 << 20


class ShardFile(ABC):
    """One opened shard."""

    @abstractmethod
    def read(self, offset: int, size: int) -> bytes:
        """Reads a stretch; fewer bytes where the file ends.

        Raises:
            OSError: Reading fails.
        """

    @abstractmethod
    def close(self) -> None:
        """Closes it."""


class _LocalShard(ShardFile):
    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_RDONLY)

    def read(self, offset: int, size: int) -> bytes:
        # Not seek and read: processes that were forked would move each other's place in the file.
        return os.pread(self._file, size, offset)

    def close(self) -> None:
        os.close(self._file)


class _RemoteShard(ShardFile):
    def __init__(self, url: str) -> None:
        self._file = open_url(url)

    def read(self, offset: int, size: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(size)

    def close(self) -> None:
        self._file.close()


class ShardFiles:
    """The shards that were read last, kept open."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, ShardFile] = OrderedDict()

    def read(self, location: str, offset: int, size: int) -> bytes:
        """Reads a stretch of a shard.

        Args:
            location: Path or URL.
            offset: First byte.
            size: Bytes; fewer come back where the shard ends.

        Raises:
            OSError: The shard is missing or cannot be read.
        """
        if location not in self._open:
            self._open[location] = _RemoteShard(location) if is_url(location) else _LocalShard(location)
            if len(self._open) > _OPEN_FILES:
                self._open.popitem(last=False)[1].close()
        self._open.move_to_end(location)
        return self._open[location].read(offset, size)

    def close(self) -> None:
        """Closes all of them."""
        while self._open:
            self._open.popitem()[1].close()


def is_url(location: str) -> bool:
    """Whether a location is not a path of this machine."""
    return "://" in location


def open_location(location: str) -> IO[bytes]:
    """Opens a path or URL for reading, with seeking.

    Raises:
        InputError: A URL needs the package fsspec, which is not installed.
        OSError: It cannot be opened.
    """
    return open_url(location) if is_url(location) else Path(location).open("rb")


def open_url(url: str) -> IO[bytes]:
    """Opens `s3://...`, `https://...` and what else fsspec knows; what follows is fetched ahead.

    Args:
        url: A location.

    Raises:
        InputError: fsspec, or what it needs for this kind of URL, is not installed.
        OSError: It cannot be opened.
    """
    try:
        fsspec = importlib.import_module("fsspec")
        opened = fsspec.open(url, mode="rb", cache_type="readahead", block_size=_REMOTE_BLOCK_BYTES).open()
    except (ImportError, ValueError) as error:
        raise InputError(f"{url}: {error}; shards elsewhere need fsspec (kowairo-data[remote])") from error
    return cast(IO[bytes], opened)
