"""A gallery: named voices with their references, and who of them a recording may be."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError

from .identification import AcceptanceRule, Candidate, Identification, identify
from .reference_table import ReferenceTable
from .references import ReferenceFacts, References
from .table_schema import GalleryEncoder
from .voice_matrices import VoiceMatrices
from .voice_matrix import VoiceMatrix, VoiceScoring, unit_vectors
from .voice_names import clean_voice_name

MAX_IN_MEMORY = 1_000_000
_RULE = "acceptance"


@dataclass(frozen=True)
class Voice:
    """One voice of a gallery."""

    name: str
    """Name."""
    num_references: int
    """Recordings of it."""
    duration_s: float
    """Their length together, as far as it is known."""


class Gallery:
    """Named voices in a folder or in object storage.

    Several processes may read and write at the same time. What is read is the version at the time of opening,
    of the last `refresh`, or of the last change through this object. Safe to share among threads.

    Args:
        table: The references.
        max_in_memory: All voices are scored up to so many references, and beyond where there is no index;
            with one (`build_index`) it then chooses the voices that are scored.
    """

    def __init__(self, table: ReferenceTable, *, max_in_memory: int = MAX_IN_MEMORY) -> None:
        self._table = table
        self._matrices = VoiceMatrices(table, max_in_memory=max_in_memory)

    @classmethod
    def open(cls, place: Path | str, *, max_in_memory: int = MAX_IN_MEMORY) -> "Gallery":
        """Open a gallery.

        Args:
            place: Folder or URL (`s3://bucket/name`, `gs://`, `az://`; credentials as those clients take
                them from the environment).
            max_in_memory: See the class.

        Raises:
            InputError: There is none.
        """
        return cls(ReferenceTable.open(place), max_in_memory=max_in_memory)

    @classmethod
    def create(
        cls, place: Path | str, encoder: GalleryEncoder, *, max_in_memory: int = MAX_IN_MEMORY
    ) -> "Gallery":
        """Make a gallery, or open the one that is there.

        Args:
            place: As in `open`.
            encoder: Encoder of its vectors.
            max_in_memory: See the class.

        Raises:
            InputError: The one that is there is of another encoder.
        """
        return cls(ReferenceTable.create(place, encoder), max_in_memory=max_in_memory)

    @property
    def encoder(self) -> GalleryEncoder:
        """The encoder that its vectors are of."""
        return self._table.encoder

    @property
    def version(self) -> int:
        """Number of the commit that is read."""
        return self._table.version

    def refresh(self) -> None:
        """Go on to what others have written since."""
        self._table.refresh()

    def add(self, references: References, *, encoder_sha256: str) -> int:
        """Add references; voices that are not there yet are made.

        Args:
            references: Any number of them, of any voices, in one commit: all or nothing is kept.
            encoder_sha256: Digest of the encoder that the vectors are of.

        Returns:
            Number of references added: a recording that its voice has already is left out.

        Raises:
            InputError: The encoder or the dimension is another.
        """
        self._table.check_encoder(encoder_sha256)
        return self._table.append(references) if len(references) else 0

    def known(self, facts: Sequence[ReferenceFacts]) -> set[tuple[str, str]]:
        """Which recordings are there: pairs of voice and digest out of those of `facts`."""
        return self._table.known(facts)

    def voices(self) -> list[Voice]:
        """All voices, sorted by name."""
        counts: dict[str, int] = {}
        durations: dict[str, float] = {}
        for one in self._table.facts():
            counts[one.voice] = counts.get(one.voice, 0) + 1
            durations[one.voice] = durations.get(one.voice, 0.0) + (one.duration_s or 0.0)
        return [Voice(name, counts[name], durations[name]) for name in sorted(counts)]

    def references(self, voice: str) -> list[ReferenceFacts]:
        """References of a voice, sorted by source.

        Raises:
            InputError: There is no such voice.
        """
        (name,) = self._existing([voice])
        return sorted(self._table.facts(voices=[name]), key=lambda one: (one.source, one.digest))

    def stored(self, voice: str) -> References:
        """References of a voice with their vectors as the encoder gave them, sorted by source.

        Raises:
            InputError: There is no such voice.
        """
        (name,) = self._existing([voice])
        found = self._table.rows(name)
        facts = found.facts
        return found.subset(sorted(range(len(found)), key=lambda row: (facts[row].source, facts[row].digest)))

    def reference_vectors(self, voices: Sequence[str]) -> VoiceMatrix:
        """All references of some voices as unit vectors, side by side.

        Raises:
            InputError: There is no such voice.
        """
        return self._matrices.of_voices("max", sorted(self._existing(voices)))

    def remove(self, voices: Sequence[str]) -> int:
        """Remove voices with all their references.

        The vectors stay in old versions on disk until `compact`.

        Returns:
            Number of references removed.

        Raises:
            InputError: One of the voices is not there; then nothing is removed.
        """
        self.refresh()
        return self._table.delete(self._existing(voices))

    def remove_sources(self, voice: str, sources: Sequence[str]) -> int:
        """Remove single references of a voice; with the last one the voice is gone.

        Args:
            voice: Its name.
            sources: Sources of the references, as `references` gives them.

        Returns:
            Number of references removed.

        Raises:
            InputError: The voice has no such reference; then nothing is removed.
        """
        self.refresh()
        by_source: dict[str, list[str]] = {}
        for one in self.references(voice):
            by_source.setdefault(one.source, []).append(one.digest)
        if missing := [source for source in sources if source not in by_source]:
            raise InputError(f"the voice {voice!r} has no reference from {missing[0]!r}")
        digests = [digest for source in sources for digest in by_source[source]]
        return self._table.delete([clean_voice_name(voice)], digests=digests)

    def remove_references(self, voice: str, digests: Sequence[str]) -> int:
        """Remove single references of a voice, where several may have one source; see `remove_sources`.

        Args:
            voice: Its name.
            digests: Of the references.

        Returns:
            Number of references removed.

        Raises:
            InputError: The voice has no such reference; then nothing is removed.
        """
        self.refresh()
        held = {one.digest for one in self.references(voice)}
        if missing := [digest for digest in digests if digest not in held]:
            raise InputError(f"the voice {voice!r} has no reference {missing[0]!r}")
        return self._table.delete([clean_voice_name(voice)], digests=digests)

    def rename(self, voice: str, to: str) -> int:
        """Give a voice a name that no other has.

        Returns:
            Number of its references.

        Raises:
            InputError: There is no such voice, or the new name is taken.
        """
        self.refresh()
        (old,), new = self._existing([voice]), clean_voice_name(to)
        if old != new and new in self._present([new]):
            raise InputError(f"the name {new!r} is taken; `merge` makes one voice of both")
        return self._table.rename([old], new)

    def merge(self, voices: Sequence[str], into: str) -> int:
        """Make one voice of several; a recording that several of them have is kept once.

        Args:
            voices: Their names; `into` may be among them.
            into: Name of the one, of an existing voice or a new one.

        Returns:
            Number of references that changed their name.

        Raises:
            InputError: One of the voices is not there; then nothing is changed.
        """
        self.refresh()
        target = clean_voice_name(into)
        moved = [name for name in self._existing(voices) if name != target]
        return self._table.rename(moved, target) if moved else 0

    def identify(
        self,
        vectors: NDArray[np.float32],
        *,
        rule: AcceptanceRule | None,
        count: int = 5,
        scoring: VoiceScoring | None = None,
    ) -> list[Identification]:
        """Say whose voices these may be.

        Args:
            vectors: (recording, dim), of the gallery's encoder, of any length.
            rule: When the best candidate is accepted; None names candidates only.
            count: Candidates of each.
            scoring: How a voice with several references is scored; that of the rule by default.

        Returns:
            For each recording its candidates and the verdict.

        Raises:
            InputError: The gallery is empty, `count` is below 1, a vector is zero or not finite, or the rule
                is for another scoring: a threshold for one means nothing for another.
        """
        if count < 1:
            raise InputError(f"expected one candidate or more, got {count}")
        if rule is not None and scoring not in (None, rule.scoring):
            raise InputError(f"the threshold is for the scoring {rule.scoring}, not {scoring}")
        scoring = rule.scoring if rule is not None else scoring or "centroid"
        # The margin is to the second voice, whether it is shown or not.
        found = self.candidates(vectors, count=max(count, 2), scoring=scoring)
        return [identify(one, rule, count=count) for one in found]

    def candidates(
        self, vectors: NDArray[np.float32], *, count: int, scoring: VoiceScoring = "centroid"
    ) -> list[list[Candidate]]:
        """The voices with the best scores for each recording; see `identify`."""
        matrix = self._matrices.near(vectors, count=count, scoring=scoring)
        best = matrix.nearest(vectors, k=count)
        return [
            [
                Candidate(matrix.names[item], score, int(matrix.counts[item]))
                for item, score in zip(items, scores, strict=True)
            ]
            for items, scores in zip(best.items.tolist(), best.scores.tolist(), strict=True)
        ]

    def similar(self, voice: str, *, count: int = 10, scoring: VoiceScoring = "centroid") -> list[Candidate]:
        """Other voices that sound like one of the gallery.

        Args:
            voice: Its name. It is compared by the mean of its references of unit length.
            count: How many.
            scoring: How the others are scored.

        Raises:
            InputError: There is no such voice.
        """
        (name,) = self._existing([voice])
        own = self._matrices.of_voices("centroid", [name]).rows
        found = self.candidates(own, count=count + 1, scoring=scoring)[0]
        return [one for one in found if one.voice != name][:count]

    def closest_references(self, voice: str, other: str) -> tuple[ReferenceFacts, ReferenceFacts, float]:
        """The two references, one of each voice, that sound most alike; to be listened to.

        Returns:
            The reference of each voice and their cosine.

        Raises:
            InputError: There is no such voice.
        """
        first_name, second_name = self._existing([voice, other])
        first, second = self._table.rows(first_name), self._table.rows(second_name)
        products = unit_vectors(first.vectors) @ unit_vectors(second.vectors).T
        row, column = (int(place) for place in np.unravel_index(int(np.argmax(products)), products.shape))
        return first.facts[row], second.facts[column], float(products[row, column])

    def matrix(self, scoring: VoiceScoring = "centroid") -> VoiceMatrix:
        """All voices in memory, kept until the gallery changes."""
        return self._matrices.whole(scoring)

    def build_index(self) -> None:
        """Make or renew the index for galleries beyond `max_in_memory`; references added later are found too.

        Raises:
            InputError: There are too few references for one.
        """
        if self._table.count() < 256:
            raise InputError("an index needs 256 references or more, and pays from a million on")
        self._table.build_index()

    def compact(self, *, keep_s: float = 3600.0) -> None:
        """Join small files and delete old versions: what was removed is then gone from disk.

        Args:
            keep_s: Versions younger than this stay for those who read them. 0 deletes all but the newest:
                use it where a voice must be forgotten now and no other process reads.
        """
        self._table.compact(keep_s=keep_s)

    @property
    def rule(self) -> AcceptanceRule | None:
        """The rule of acceptance that was kept with the gallery."""
        kept = self._table.read_settings().get(_RULE)
        return None if kept is None else AcceptanceRule(**kept)

    def keep_rule(self, rule: AcceptanceRule) -> None:
        """Keep a rule of acceptance with the gallery, in the place of an older one."""
        self._table.write_setting(_RULE, asdict(rule))

    def _present(self, names: Sequence[str]) -> set[str]:
        return {one.voice for one in self._table.facts(voices=names)}

    def _existing(self, voices: Sequence[str]) -> list[str]:
        names = list(dict.fromkeys(clean_voice_name(voice) for voice in voices))
        if not names:
            raise InputError("no voice was named")
        present = self._present(names)
        if missing := [name for name in names if name not in present]:
            raise InputError(f"no voice {missing[0]!r} in the gallery")
        return names
