"""What is known of the shards that are finished while others are still to be written."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError, atomic_path, read_json, write_json
from kowairo.data.drop_report import Remark
from kowairo.data.shards.shard_set import Shard

_FOLDER = "unfinished"


@dataclass(frozen=True, eq=False)
class Part:
    """One finished shard."""

    shard: Shard
    stop: int
    """Place in the order of the lines behind the last one that the shard took or dropped."""
    rows: NDArray[np.int64]
    """(utterance,) rows of the corpus's utterances, in the order of the shard."""
    places: NDArray[np.int64]
    """(utterance, 2) offset and size of the audio."""
    dropped: tuple[Remark, ...] = ()
    """Lines that could not be used."""


class PartFolder:
    """Finished shards of a folder, so that a killed job goes on behind the last of them.

    Args:
        out: Folder of the shards.
        fingerprint: Digest of corpus and settings; what is there of others is refused.

    Raises:
        InputError: The folder has shards of another corpus or of other settings.
    """

    def __init__(self, out: Path, fingerprint: str) -> None:
        self._out = out
        self._folder = out / _FOLDER
        plan = self._folder / "plan.json"
        if plan.is_file() and read_json(plan)["fingerprint"] != fingerprint:
            raise InputError(f"{out} has unfinished shards of another corpus or other settings; remove it")
        if not plan.is_file():
            if out.is_dir() and any(path.name != _FOLDER for path in out.iterdir()):
                raise InputError(f"{out} is not empty; choose another folder for the shards")
            write_json(plan, {"fingerprint": fingerprint})

    def finished(self) -> list[Part]:
        """The shards that are whole, in their order; what a killed job left of another is removed."""
        for partial in self._out.glob(".partial-*"):
            partial.unlink()
        parts: list[Part] = []
        while (part := self._load(len(parts))) is not None:
            parts.append(part)
        return parts

    def add(self, part: Part) -> None:
        """Enters a shard; its tar file is in its place already."""
        stem = self._stem(part.shard.name)
        with atomic_path(stem.with_suffix(".npz")) as partial:
            np.savez(partial, rows=part.rows, places=part.places)
        content = {
            "shard": vars(part.shard),
            "stop": part.stop,
            "dropped": [[r.utt, r.path, r.reason, r.detail] for r in part.dropped],
        }
        write_json(stem.with_suffix(".json"), content)

    @staticmethod
    def forget(out: Path) -> None:
        """Removes all but the shards themselves: the index tells now."""
        shutil.rmtree(out / _FOLDER, ignore_errors=True)

    def _load(self, number: int) -> Part | None:
        stem = self._stem(shard_name(number))
        if not stem.with_suffix(".json").is_file():
            return None
        content = read_json(stem.with_suffix(".json"))
        shard = Shard(**content["shard"])
        tar = self._out / shard.name
        if not tar.is_file() or tar.stat().st_size != shard.num_bytes:
            return None
        with np.load(stem.with_suffix(".npz"), allow_pickle=False) as arrays:
            remarks = tuple(Remark(*remark) for remark in content["dropped"])
            return Part(shard, content["stop"], arrays["rows"], arrays["places"], remarks)

    def _stem(self, name: str) -> Path:
        return self._folder / Path(name).stem


def shard_name(number: int) -> str:
    """File name of a shard."""
    return f"shards-{number:06d}.tar"
