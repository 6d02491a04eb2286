"""Commands `kowairo gallery list|rename|merge|remove|compact|index`: what needs no encoder."""

import json as json_format

from kowairo.core import InputError
from kowairo.inference.gallery import Gallery


def list_voices(*, gallery: str, voice: str | None = None, json: bool = False) -> None:
    """List the voices of a gallery, or the references of one.

    Args:
        gallery: Folder or URL (s3://, gs://, az://).
        voice: List the references of this voice.
        json: Print JSON.
    """
    opened = Gallery.open(gallery)
    if voice is not None:
        references = opened.references(voice)
        if json:
            rows = [
                {"source": one.source, "digest": one.digest, "duration_s": one.duration_s}
                for one in references
            ]
            print(json_format.dumps(rows, ensure_ascii=False, indent=1))
            return
        for one in references:
            print(f"{one.source}\t{'' if one.duration_s is None else f'{one.duration_s:.1f} s'}")
        return
    voices = opened.voices()
    if json:
        listed = [
            {"voice": one.name, "references": one.num_references, "duration_s": round(one.duration_s, 3)}
            for one in voices
        ]
        described = {"name": opened.encoder.name, "sha256": opened.encoder.sha256, "dim": opened.encoder.dim}
        content = {"encoder": described, "voices": listed}
        print(json_format.dumps(content, ensure_ascii=False, indent=1))
        return
    for known in voices:
        print(f"{known.name}\t{known.num_references} references\t{known.duration_s:.1f} s")
    total = sum(known.num_references for known in voices)
    print(f"{len(voices)} voices, {total} references, encoder {opened.encoder.name}")


def remove(*, gallery: str, voices: list[str], sources: list[str] | None = None) -> None:
    """Remove voices: `kowairo gallery remove --gallery G NAME ...`; or single references of one.

    The vectors stay on disk until `kowairo gallery compact`.

    Args:
        gallery: Folder or URL.
        voices: Names; without an option in front of them too.
        sources: Of one voice: only the references from these files, as `gallery list --voice` names them.
    """
    opened = Gallery.open(gallery)
    if sources is None:
        count = opened.remove(voices)
    elif len(voices) == 1:
        count = opened.remove_sources(voices[0], sources)
    else:
        raise InputError(f"sources are removed from one voice, got {len(voices)}")
    print(f"{count} references removed; `kowairo gallery compact` takes them off the disk")


def rename(*, gallery: str, voice: str, to: str) -> None:
    """Give a voice another name.

    Args:
        gallery: Folder or URL.
        voice: Its name.
        to: A name that no other voice has.
    """
    count = Gallery.open(gallery).rename(voice, to)
    print(f"{voice} is {to} now, with {count} references")


def merge(*, gallery: str, voices: list[str], into: str) -> None:
    """Make one voice of several: `kowairo gallery merge --gallery G --into NAME NAME ...`.

    Args:
        gallery: Folder or URL.
        voices: Names; without an option in front of them too.
        into: Name of the one voice, of an existing one or a new one.
    """
    count = Gallery.open(gallery).merge(voices, into)
    print(f"{count} references are of {into} now")


def compact(*, gallery: str, keep_s: float = 3600.0) -> None:
    """Join the files of a gallery and delete old versions: what was removed is then gone from the disk.

    Args:
        gallery: Folder or URL.
        keep_s: Keep versions that are younger, for those who read them; 0 forgets at once.
    """
    if keep_s < 0:
        raise InputError(f"expected a time of 0 s or more, got {keep_s}")
    Gallery.open(gallery).compact(keep_s=keep_s)
    older = f"versions older than {keep_s:g} s are gone" if keep_s else "all older versions are gone"
    print(f"{gallery}: compacted, {older}")


def index(*, gallery: str) -> None:
    """Make or renew the index of a gallery: for over a million references, searched approximately.

    Args:
        gallery: Folder or URL.
    """
    Gallery.open(gallery).build_index()
    print(f"{gallery}: indexed")
