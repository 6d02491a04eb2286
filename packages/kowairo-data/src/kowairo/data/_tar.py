"""Members of an uncompressed tar archive by name, without a walk through the archive for each."""

import io
import tarfile
from functools import lru_cache
from pathlib import Path

from kowairo.data._audio_error import AudioError


def read_member(archive: Path, member: str) -> io.BytesIO:
    """Reads one member of a tar archive into memory.

    Args:
        archive: An uncompressed tar file.
        member: Name of the member as the archive spells it, with or without a leading `./`.

    Returns:
        The content.

    Raises:
        AudioError: The archive or the member is missing, or the archive is broken or compressed.
    """
    source = f"{archive}#{member}"
    try:
        stat = archive.stat()
        index = _member_index(str(archive), stat.st_mtime_ns, stat.st_size)
        offset, size = index[member.removeprefix("./")]
        with archive.open("rb") as file:
            file.seek(offset)
            return io.BytesIO(file.read(size))
    except FileNotFoundError as error:
        raise AudioError("missing", "no such archive", source) from error
    except KeyError as error:
        raise AudioError("missing", "the archive has no such member", source) from error
    except tarfile.TarError as error:
        raise AudioError("undecodable", f"not a plain tar archive ({error}); unpack it", source) from error
    except OSError as error:
        raise AudioError("undecodable", f"cannot be read: {error.strerror}", source) from error


# Time and size are part of the key, so a rewritten archive is indexed anew.
@lru_cache(maxsize=32)
def _member_index(archive: str, _mtime_ns: int, _size: int) -> dict[str, tuple[int, int]]:
    with tarfile.open(archive, "r:") as tar:
        return {m.name.removeprefix("./"): (m.offset_data, m.size) for m in tar if m.isfile()}
