"""Audio paths as people and Windows write them into tables."""

from pathlib import Path

from kowairo.core import AudioRef


def find_audio(text: str, root: Path) -> AudioRef:
    r"""The reference for a path in a table; `琴子\a.ogg` is read as `琴子/a.ogg` unless that is its name.

    Args:
        text: Path or `archive.tar#member`, relative to root or absolute.
        root: Where relative paths start.

    Returns:
        The reference; whether the file exists is found out when it is decoded.
    """
    ref = AudioRef.parse(text, folder=root)
    if "\\" in text and not ref.path.exists():
        return AudioRef.parse(text.replace("\\", "/"), folder=root)
    return ref
