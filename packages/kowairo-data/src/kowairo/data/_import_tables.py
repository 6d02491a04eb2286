"""The tables of an import while they grow."""

from collections import Counter

from kowairo.core import AudioRef, Corpus, InputError
from kowairo.data._checked_line import CheckedLine, remark
from kowairo.data.drop_report import DropReport, Remark
from kowairo.data.importers.base import Entry


class ImportTables:
    """Collects checked lines, and drops those that only a look at all lines can condemn.

    Values go straight to their tables: for millions of lines the lines themselves would not fit.
    """

    def __init__(self) -> None:
        self.dropped: list[Remark] = []
        self._noted: list[Remark] = []
        self._ids: set[str] = set()
        self._audio: dict[str, AudioRef] = {}
        self._utt2spk: dict[str, str] = {}
        self._utt_tables: dict[str, dict[str, str]] = {"utt2dur": {}}
        self._spk_tables: dict[str, dict[str, str]] = {}
        self._first: dict[bytes, str] = {}
        self._conflicts: dict[str, str] = {}

    def add(self, line: CheckedLine) -> None:
        """Takes one line, in the order of the corpus.

        Raises:
            InputError: Its id was there before, or its speaker has another value in a table.
        """
        entry = line.entry
        if entry.utt in self._ids:
            raise InputError(f"two lines have the id {entry.utt!r}; the second is {entry.ref}")
        self._ids.add(entry.utt)
        if line.drop:
            self.dropped.append(line.drop)
            return
        self._add_speaker(entry)
        if self._is_copy(entry, line.digest):
            return
        self._audio[entry.utt] = entry.ref
        self._utt2spk[entry.utt] = entry.speaker
        self._utt_tables["utt2dur"][entry.utt] = f"{line.duration_s:.3f}"
        for name, value in entry.tables.items():
            self._utt_tables.setdefault(name, {})[entry.utt] = value
        if line.truncated:
            self._noted.append(remark(entry, "truncated", line.truncated))

    def drop_conflicts(self) -> None:
        """Drops the first copies of what other speakers have too."""
        for utt, copy in self._conflicts.items():
            self._drop(utt, "duplicate_content", f"also {copy}, of another speaker")

    def drop_small_speakers(self, min_lines: int) -> None:
        """Drops the lines of speakers who have fewer than min_lines."""
        lines = Counter(self._utt2spk.values())
        for utt, speaker in list(self._utt2spk.items()):
            if lines[speaker] < min_lines:
                detail = f"{lines[speaker]} usable of {speaker}, {min_lines} needed"
                self._drop(utt, "too_few_lines", detail)

    def corpus(self) -> Corpus:
        """The lines that are left."""
        speakers = set(self._utt2spk.values())
        by_utt = {
            name: {utt: value for utt, value in table.items() if utt in self._audio}
            for name, table in self._utt_tables.items()
        }
        by_speaker = {
            name: {speaker: value for speaker, value in table.items() if speaker in speakers}
            for name, table in self._spk_tables.items()
        }
        return Corpus(self._audio, self._utt2spk, by_utt, by_speaker)

    def report(self) -> DropReport:
        """The account of all lines so far."""
        return DropReport(
            kept=len(self._audio),
            speakers=len(set(self._utt2spk.values())),
            dropped=tuple(sorted(self.dropped, key=_by_utt)),
            noted=tuple(sorted((r for r in self._noted if r.utt in self._audio), key=_by_utt)),
        )

    def _add_speaker(self, entry: Entry) -> None:
        for name, value in entry.speaker_tables.items():
            known = self._spk_tables.setdefault(name, {}).setdefault(entry.speaker, value)
            if known != value:
                message = f"{name}: speaker {entry.speaker!r} is {known!r} and, at {entry.ref}, {value!r}"
                raise InputError(message)

    def _is_copy(self, entry: Entry, digest: bytes) -> bool:
        first = self._first.setdefault(digest, entry.utt)
        if first == entry.utt:
            return False
        if self._same_label(self._utt2spk[first], entry.speaker):
            self.dropped.append(remark(entry, "duplicate_content", f"same as {first}"))
        else:
            detail = f"also {first}, of another speaker"
            self.dropped.append(remark(entry, "duplicate_content", detail))
            self._conflicts.setdefault(first, entry.utt)
        return True

    def _same_label(self, speaker: str, other: str) -> bool:
        """Whether two ids are one label: the same id, or one bare name in two titles (a sequel)."""
        names = self._spk_tables.get("spk2name", {})
        return speaker == other or (speaker in names and names[speaker] == names.get(other))

    def _drop(self, utt: str, reason: str, detail: str) -> None:
        self.dropped.append(Remark(utt, str(self._audio.pop(utt)), reason, detail))
        del self._utt2spk[utt]


def _by_utt(remark: Remark) -> tuple[str, str]:
    return (remark.utt, remark.path)
