"""Encoders by name, installed or in the user's cache; torch is not needed to find them."""

import os
import re
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from kowairo.core.errors import InputError

WEIGHTS_PACKAGE = "kowairo.weights"
"""Package of the distribution kowairo-weights; its sub-folders are checkpoint folders."""

Origin = Literal["shipped", "downloaded"]
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True)
class NamedEncoder:
    """An encoder that has a name."""

    name: str
    """The name."""
    origin: Origin
    """Shipped with kowairo-weights, or downloaded into the user's cache."""
    parameters: int | None = None
    """Number of parameters where no card has to be read for it."""
    embedding_dim: int | None = None
    """Length of its embeddings, likewise."""
    licence: str | None = None
    """Licence of the weights, likewise."""

    @property
    def remedy(self) -> str:
        """What makes it available."""
        if self.origin == "downloaded":
            return f"`kowairo models get {self.name}` downloads it"
        return "the installed kowairo-weights does not hold it; install a version that does"


NAMED_ENCODERS = (
    NamedEncoder("base", "shipped"),
    NamedEncoder("anime", "shipped"),
    NamedEncoder("campplus", "downloaded", 6_848_544, 192, "Apache-2.0"),
    NamedEncoder("ge2e", "downloaded", 1_423_616, 256, "Apache-2.0"),
)
"""Encoders that are known by name, present or not."""


def encoder_folder(encoder: Path | str) -> Path:
    """Find the checkpoint folder of an encoder.

    A name always means the named encoder: a folder of the same name here is given as `./base`.

    Args:
        encoder: Name (`base`, `anime`, `campplus`, or another that kowairo-weights holds) or folder.

    Returns:
        The folder.

    Raises:
        InputError: The named encoder is not present, with what to do; or there is no such folder.
    """
    text = str(encoder)
    found = find_named(text)
    if found is not None:
        return found
    for known in NAMED_ENCODERS:
        if known.name == text:
            raise InputError(f"encoder {text!r} is not there: {known.remedy}")
    folder = Path(text)
    if folder.is_dir():
        return folder
    names = ", ".join(known.name for known in named_encoders())
    if _HUB_ID.fullmatch(text):
        raise InputError(
            f"encoder {text!r}: no such folder, and models are not fetched from a hub by their id; "
            f"download it and give its checkpoint folder (names known here: {names})"
        )
    raise InputError(f"encoder {text!r}: neither a checkpoint folder nor one of {names}")


def find_named(name: str) -> Path | None:
    """The checkpoint folder of a named encoder, None if it is not present."""
    if not re.fullmatch(r"[\w-]+", name):
        return None
    shipped = shipped_folder()
    places = [] if shipped is None else [shipped / name]
    if any(known.name == name and known.origin == "downloaded" for known in NAMED_ENCODERS):
        places.append(user_cache() / name)
    return next((folder for folder in places if (folder / "config.yaml").is_file()), None)


def named_encoders() -> list[NamedEncoder]:
    """The encoders known by name, and others that kowairo-weights holds."""
    known = {one.name for one in NAMED_ENCODERS}
    shipped = shipped_folder()
    folders = [] if shipped is None else sorted(path.parent.name for path in shipped.glob("*/config.yaml"))
    return [*NAMED_ENCODERS, *(NamedEncoder(name, "shipped") for name in folders if name not in known)]


def shipped_folder() -> Path | None:
    """Folder of the installed kowairo-weights, None if it is not installed."""
    spec = find_spec(WEIGHTS_PACKAGE)
    return None if spec is None or spec.origin is None else Path(spec.origin).parent


def user_cache() -> Path:
    """Where downloaded encoders of this user are kept: `kowairo/models` in the platform's cache folder."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "kowairo" / "models"
