"""Files of a model hub, kept in the user's cache and checked against their SHA-256."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import urllib.error
import urllib.request
from pathlib import Path

from kowairo.core import InputError, KowairoError, atomic_path, file_digest, user_cache

HUB_URL = "https://huggingface.co"
"""Where files are fetched from; the environment variable HF_ENDPOINT names a mirror."""
MAX_FILE_BYTES = 2 * 1024**3
_HUB_ID = re.compile(r"[\w][\w.-]*/[\w][\w.-]*")
_REVISION = re.compile(r"[\w][\w./-]*")
_BLOCK_BYTES = 1 << 20
_TIMEOUT_S = 30.0
_NOT_FOUND = 404
_NEEDED = ("config.yaml", "model.safetensors")
_OPTIONAL = ("card.json", "embedding_statistics.npz")

_log = logging.getLogger(__name__)


class HubError(KowairoError):
    """A file could not be fetched; the message says what to do."""


class NotOnHubError(HubError):
    """The hub has no such file."""


def is_hub_id(text: str) -> bool:
    """Whether a text looks like `owner/name`."""
    return _HUB_ID.fullmatch(text) is not None and ".." not in text


def fetch_file(
    repository: str,
    name: str,
    *,
    revision: str = "main",
    sha256: str | None = None,
    folder: Path | None = None,
) -> Path:
    """A file of a hub repository, downloaded once.

    The file comes from `<hub>/<repository>/resolve/<revision>/<name>` and appears in the cache whole and
    checked, or not at all; nothing is linked. What is in the cache is used without asking the network, so
    that a pinned hash is checked on it too.

    Args:
        repository: `owner/name`.
        name: name of the file in the repository.
        revision: branch, tag or commit.
        sha256: what the file must have, 64 hexadecimal digits; None trusts the hub.
        folder: where it is kept; None for `hub/<repository>/<revision>` in the user's cache.

    Returns:
        The file.

    Raises:
        InputError: the names are none of a hub, or the file has another SHA-256.
        HubError: there is no network, or no such file, with what to do.
    """
    if not is_hub_id(repository) or not _is_plain(revision) or not _is_plain(name):
        raise InputError(
            f"expected owner/name, a revision and a file, got {repository!r} {revision!r} {name!r}"
        )
    folder = user_cache() / "hub" / repository / revision if folder is None else folder
    target = folder / name
    if not target.is_file():
        _download(f"{_hub_url()}/{repository}/resolve/{revision}/{name}", target, sha256)
    elif sha256 is not None:
        _check(file_digest(target), sha256, f"{target}, as it was fetched earlier")
    return target


def fetch_checkpoint(repository: str, *, revision: str = "main", sha256: str | None = None) -> Path:
    """The checkpoint folder that a hub repository is; its files are downloaded once.

    Args:
        repository: `owner/name`.
        revision: branch, tag or commit.
        sha256: what model.safetensors must have; None trusts the hub.

    Returns:
        The folder in the user's cache.

    Raises:
        InputError: as `fetch_file`.
        HubError: as `fetch_file`; also where the repository is no checkpoint folder of kowairo's.
    """
    files = [
        fetch_file(repository, name, revision=revision, sha256=sha256 if name == _NEEDED[1] else None)
        for name in _NEEDED
    ]
    for name in _OPTIONAL:
        _fetch_optional(repository, name, revision, files[0].parent)
    return files[0].parent


def _fetch_optional(repository: str, name: str, revision: str, folder: Path) -> None:
    """A file that most repositories do not have; that it is absent is asked once."""
    absent = folder / f"{name}.absent"
    if absent.exists():
        return
    try:
        fetch_file(repository, name, revision=revision)
    except NotOnHubError:
        absent.touch()


def _hub_url() -> str:
    url = os.environ.get("HF_ENDPOINT", HUB_URL).rstrip("/")
    if not url.startswith(("https://", "http://")):
        raise InputError(f"HF_ENDPOINT is {url!r}, expected the address of a hub")
    return url


def _is_plain(text: str) -> bool:
    return _REVISION.fullmatch(text) is not None and ".." not in text


def _download(url: str, target: Path, sha256: str | None) -> None:
    _log.info("fetching %s", url)
    digest = hashlib.sha256()
    try:
        request = urllib.request.Request(url, headers={"User-Agent": "kowairo"})  # https below
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
            expected = int(answer.headers.get("Content-Length") or -1)
            with atomic_path(target) as partial, partial.open("wb") as file:
                size = 0
                while block := answer.read(_BLOCK_BYTES):
                    size += len(block)
                    if size > MAX_FILE_BYTES:
                        raise HubError(f"{url}: larger than {MAX_FILE_BYTES} bytes; nothing was kept")
                    digest.update(block)
                    file.write(block)
                if expected not in (-1, size):
                    raise HubError(f"{url}: broke off after {size} of {expected} bytes; try again")
                _check(digest.hexdigest(), sha256, url)
    except urllib.error.HTTPError as error:
        kind = NotOnHubError if error.code == _NOT_FOUND else HubError
        raise kind(f"{url}: the hub says {error.code} {error.reason}; is the name right?") from error
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", error)
        raise HubError(
            f"{url}: no answer ({reason}); without a network, fetch that file elsewhere and give its path, "
            f"or put it at {target}"
        ) from error


def check_digest(path: Path, sha256: str) -> None:
    """Refuses a file with another SHA-256.

    Raises:
        InputError: it has another one.
    """
    _check(file_digest(path), sha256, str(path))


def _check(found: str, expected: str | None, source: str) -> None:
    if expected is not None and found != expected.lower():
        raise InputError(f"{source}: SHA-256 is {found}, {expected.lower()} was asked for")
