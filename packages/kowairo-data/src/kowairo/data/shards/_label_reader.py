"""Speaker and id of a sample, from its members."""

import json
from typing import IO, Literal, get_args

from kowairo.core import InputError
from kowairo.data.shards.tar_samples import TarSample

LabelMember = Literal["auto", "json", "cls", "txt", "none"]
UNLABELLED = "-"
"""Speaker id of utterances whose speaker nobody knows."""

_MAX_BYTES = 1 << 20


class LabelReader:
    """Reads who speaks; text and JSON are all that is ever parsed.

    Args:
        label: Where the speaker stands: json, cls, txt, auto for json and else cls, or none.
        field_name: Key of the JSON member.

    Raises:
        InputError: There is no such place.
    """

    def __init__(self, label: LabelMember, field_name: str) -> None:
        if label not in get_args(LabelMember):
            raise InputError(f"label is one of {', '.join(get_args(LabelMember))}, got {label!r}")
        self._label = label
        self._field = field_name

    def __str__(self) -> str:
        places = {"json": f".json ({self._field!r})", "auto": f".json ({self._field!r}) and .cls"}
        return places.get(self._label, f".{self._label}")

    def read(self, sample: TarSample, file: IO[bytes]) -> tuple[str, str]:
        """Id and speaker of a sample.

        Args:
            sample: Places of its members.
            file: The shard.

        Returns:
            The id, and the speaker: empty where the sample does not tell, `-` where nobody is asked.
        """
        facts = self._facts(sample, file)
        utt = facts.get("utt")
        return utt if isinstance(utt, str) and utt else sample.key, self._speaker(sample, file, facts)

    def _speaker(self, sample: TarSample, file: IO[bytes], facts: dict[str, object]) -> str:
        if self._label == "none":
            return UNLABELLED
        if self._label in ("auto", "json"):
            value = facts.get(self._field)
            if isinstance(value, str | int) and not isinstance(value, bool):
                return str(value).strip()
        ending = "cls" if self._label == "auto" else self._label
        return "" if ending == "json" else _text(sample, ending, file).strip()

    def _facts(self, sample: TarSample, file: IO[bytes]) -> dict[str, object]:
        if self._label not in ("auto", "json"):
            return {}
        try:
            facts = json.loads(_text(sample, "json", file) or "{}")
        except (json.JSONDecodeError, RecursionError):
            return {}
        return facts if isinstance(facts, dict) else {}


def _text(sample: TarSample, ending: str, file: IO[bytes]) -> str:
    """A member as text; empty where there is none, or none that is text."""
    member = sample.members.get(ending)
    if member is None or member.size > _MAX_BYTES:
        return ""
    before = file.tell()
    file.seek(member.offset)
    content = file.read(member.size)
    file.seek(before)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""
