"""Tests of the contract suite of importers: it finds what it is there to find."""

from pathlib import Path

import pytest

from kowairo.core import AudioRef
from kowairo.data.importers import CorpusImporter, Entry
from kowairo.testing.importers import check_importer

REF = AudioRef(Path("a.wav"))


class FixedImporter(CorpusImporter):
    def __init__(self, *entries: Entry) -> None:
        self.fixed = entries

    def entries(self):
        yield from self.fixed


def test_a_good_importer_passes_and_its_entries_come_back():
    entry = Entry("a-0", "a", REF, {"text": "x y"}, {"spk2name": "A"})
    assert check_importer(FixedImporter(entry, Entry("b-0", "", REF))) == [entry, Entry("b-0", "", REF)]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([], "no line"),
        ([Entry("a", "a", REF), Entry("a", "a", REF)], "stands twice"),
        ([Entry("a b", "a", REF)], "holds a blank"),
        ([Entry("a|b", "a", REF)], "marks a speed"),
        ([Entry("か\u3099", "a", REF)], "not NFC"),
        ([Entry("a", "a", REF, {"emotion": "x"})], "names no utterance table"),
        ([Entry("a", "a", REF, {}, {"utt2x": "x"})], "names no speaker table"),
        ([Entry("a", "a", REF, {"text": ""})], "is empty"),
        ([Entry("a", "a", REF, {"text": "x\ny"})], "line end"),
        (
            [Entry("a", "s", REF, {}, {"spk2va": "x"}), Entry("b", "s", REF, {}, {"spk2va": "y"})],
            "two values",
        ),
    ],
)
def test_a_breach_is_named(entries, message):
    with pytest.raises(AssertionError, match=message):
        check_importer(FixedImporter(*entries))
