"""The index of tar shards that others wrote."""

import io
import logging
from collections.abc import Sequence
from pathlib import Path

from kowairo.core import InputError
from kowairo.data.shards._found_utterances import FoundUtterances
from kowairo.data.shards._label_reader import LabelMember as LabelMember
from kowairo.data.shards._label_reader import LabelReader
from kowairo.data.shards._shard_files import is_url, open_location
from kowairo.data.shards.shard_set import Shard, ShardSet
from kowairo.data.shards.tar_samples import tar_samples

_logger = logging.getLogger(__name__)


def index_shards(
    locations: Sequence[str],
    out: Path | str,
    *,
    label: LabelMember = "auto",
    field_name: str = "speaker",
) -> ShardSet:
    """Walks once through tar shards in the WebDataset layout and writes the index that training reads.

    The audio of a sample is its member with an audio ending; its id is the `utt` of its JSON member, else the
    shared name of its members, with the shard's name before it where two shards use one name. Headers and
    labels are read, audio is not. No member is unpickled or run: `.pyd`, `.pth` and the like are passed over.

    Args:
        locations: Paths or URLs of uncompressed tar files, in the order in which the index lists them.
        out: Folder for the index; the shards stay where they are.
        label: Where the speaker stands: json (in `field_name`), cls or txt (the whole text of the member; a
            number is taken as text), auto for json and else cls, or none: every utterance gets the
            speaker `-`, which is no class.
        field_name: Key of the JSON member.

    Returns:
        The shards.

    Raises:
        InputError: A shard is missing or no tar file, a JSON member is none, or no sample of the first
            shard that has audio has a speaker.
    """
    out = Path(out)
    if not locations:
        raise InputError("no shards to index")
    found = FoundUtterances()
    labels = LabelReader(label, field_name)
    for number, location in enumerate(locations):
        num_bytes = _walk(location, found, labels)
        found.finish_shard(Shard(_name(location, out), 0, num_bytes))
        if number == 0:
            found.refuse_without_speaker(location, labels)
        _logger.info("%s: %d of %d shards", location, number + 1, len(locations))
    result = found.shard_set(out)
    result.save()
    return result


def list_shards(source: str) -> list[str]:
    """Shards of a folder, sorted, or those that a text file lists, one a line.

    Args:
        source: A folder with tar files, one tar file or URL, or a list; relative paths of a list are relative
            to it.

    Raises:
        InputError: There is nothing of the kind.
    """
    path = Path(source)
    if is_url(source) or path.suffix == ".tar":
        return [source]
    if path.is_dir():
        found = sorted(str(shard) for shard in path.glob("*.tar"))
        if not found:
            raise InputError(f"{source} has no *.tar (compressed archives have to be unpacked)")
        return found
    if not path.is_file():
        raise InputError(f"{source}: no such folder or list of shards")
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [line if is_url(line) else str(path.parent / line) for line in lines]


def _walk(location: str, found: FoundUtterances, labels: LabelReader) -> int:
    try:
        with open_location(location) as file:
            for sample in tar_samples(file, source=location):
                found.add(sample, labels, file)
            return file.seek(0, io.SEEK_END)
    except FileNotFoundError as error:
        raise InputError(f"{location}: no such shard") from error
    except OSError as error:
        raise InputError(f"{location}: cannot be read: {error.strerror or error}") from error


def _name(location: str, out: Path) -> str:
    if is_url(location):
        return location
    path, folder = Path(location).absolute(), out.absolute()
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)
