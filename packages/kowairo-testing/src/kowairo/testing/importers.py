"""Contract suite of corpus importers."""

import re
import unicodedata

from kowairo.core import AudioRef
from kowairo.data.importers import CorpusImporter, Entry

_BLANK = re.compile(r"\s")


def check_importer(importer: CorpusImporter) -> list[Entry]:
    """Checks what every importer must do, on a corpus that has at least one line.

    Listing twice gives the same lines; utterance ids are unique; ids are NFC, without blanks and `|`, and
    not empty (a speaker's may be); tables bear Kaldi names (`text`, `utt2*`; `spk2*`), their values are
    one line of text; a speaker has one value in each speaker table.

    Args:
        importer: The importer, ready to list.

    Returns:
        The lines, for further checks.

    Raises:
        AssertionError: The importer breaks the contract; the message says how.
    """
    entries = list(importer.entries())
    assert entries, "no line listed"
    assert entries == list(importer.entries()), "listing twice gives different lines"
    utts = [entry.utt for entry in entries]
    assert len(utts) == len(set(utts)), "an utterance id stands twice"
    for entry in entries:
        _check_entry(entry)
    _check_speakers(entries)
    return entries


def _check_entry(entry: Entry) -> None:
    assert isinstance(entry.ref, AudioRef), f"{entry.utt}: ref is {type(entry.ref).__name__}"
    assert entry.utt, "an utterance id is empty"
    for identifier in (entry.utt, entry.speaker):
        assert not _BLANK.search(identifier), f"{identifier!r} holds a blank"
        assert "|" not in identifier, f"{identifier!r} holds `|`, which marks a speed"
        assert unicodedata.is_normalized("NFC", identifier), f"{identifier!r} is not NFC"
    for name in entry.tables:
        assert name == "text" or re.fullmatch(r"utt2\w+", name), f"{name!r} names no utterance table"
        assert name not in ("utt2spk", "utt2dur"), f"{name} follows from the line itself"
    for name in entry.speaker_tables:
        assert re.fullmatch(r"spk2\w+", name), f"{name!r} names no speaker table"
        assert name != "spk2utt", "spk2utt follows from utt2spk"
    for name, value in {**entry.tables, **entry.speaker_tables}.items():
        assert value.strip() == value != "", f"{entry.utt}: {name} is empty or has outer blanks"
        assert "\n" not in value, f"{entry.utt}: {name} has a line end"


def _check_speakers(entries: list[Entry]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for entry in entries:
        for name, value in entry.speaker_tables.items():
            known = seen.setdefault((entry.speaker, name), value)
            assert known == value, f"{entry.speaker!r} has two values in {name}: {known!r} and {value!r}"
