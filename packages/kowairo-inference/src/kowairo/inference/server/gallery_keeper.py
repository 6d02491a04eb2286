"""The gallery behind a server: list, add, remove, map, play."""

import threading
from collections.abc import Sequence

from kowairo.core import InputError
from kowairo.data import AudioError

from ..gallery import Gallery, ReferenceFacts, References, clean_voice_name
from .answers import EnrolledVoice, PlacedReference, RemovalAnswer, StoredReference
from .gallery_map import MapPoint, gallery_map
from .reference_audio import UPLOAD_PREFIX, ReferenceAudio
from .refusal import GalleryFullError, UnknownVoiceError
from .uploads import UploadedAudio


class GalleryKeeper:
    """A gallery and the audio of its references. Safe to share among threads.

    Args:
        gallery: The gallery; other processes may write to it too.
        audio: Where the audio of references is.
        max_references: References beyond which nothing is added.
    """

    def __init__(self, gallery: Gallery, *, audio: ReferenceAudio, max_references: int) -> None:
        self.gallery = gallery
        self.audio = audio
        self._max_references = max_references
        self._writing = threading.Lock()
        self._mapping = threading.Lock()
        self._map: tuple[int, list[MapPoint]] | None = None

    def voices(self) -> list[EnrolledVoice]:
        """All voices, sorted by name."""
        self.gallery.refresh()
        return [
            EnrolledVoice(one.name, one.num_references, round(one.duration_s, 3))
            for one in self.gallery.voices()
        ]

    def add(self, references: References, recordings: Sequence[UploadedAudio], *, encoder_sha256: str) -> int:
        """Add references, and keep the audio of those where that is wanted.

        Args:
            references: In one commit.
            recordings: Their audio, in the same order.
            encoder_sha256: Digest of the encoder of the vectors.

        Returns:
            Number of references added: a recording that its voice has already is left out.

        Raises:
            GalleryFullError: The limit of references is reached.
        """
        with self._writing:
            self.gallery.refresh()
            held = sum(one.num_references for one in self.gallery.voices())
            if held + len(references) > self._max_references:
                raise GalleryFullError(f"the gallery is full: {held} references")
            added = self.gallery.add(references, encoder_sha256=encoder_sha256)
            for one in recordings:
                self.audio.keep(one.digest, one.samples)
        return added

    def references(self, name: str) -> list[StoredReference]:
        """References of a voice.

        Raises:
            UnknownVoiceError: There is no such voice.
        """
        return [self._stored(one) for one in self._facts(name)]

    def remove(self, name: str) -> RemovalAnswer:
        """Remove a voice and the audio that was kept of it; vectors stay on disk until `gallery compact`.

        Raises:
            UnknownVoiceError: There is no such voice.
        """
        with self._writing:
            facts = self._facts(name)
            removed = self.gallery.remove([name])
            self._forget(facts)
        return RemovalAnswer(f"removed: {removed} references", removed)

    def remove_reference(self, name: str, reference: str) -> RemovalAnswer:
        """Remove one reference of a voice; with the last one the voice is gone.

        Raises:
            UnknownVoiceError: There is no such voice or reference.
        """
        with self._writing:
            facts = [self._fact(name, reference)]
            removed = self.gallery.remove_references(name, [reference])
            self._forget(facts)
        return RemovalAnswer(f"removed: {removed} references", removed)

    def reference_wav(self, name: str, reference: str) -> bytes:
        """The audio of a reference as a WAV file.

        Raises:
            UnknownVoiceError: There is no such voice or reference, or its audio is not there.
        """
        facts = self._fact(name, reference)
        try:
            return self.audio.wav(facts)
        except AudioError as error:
            raise UnknownVoiceError(f"the audio of this reference cannot be had: {error.detail}") from error

    def map(self) -> list[PlacedReference]:
        """Every reference in the plane, near those that sound like it."""
        self.gallery.refresh()
        with self._mapping:
            if self._map is None or self._map[0] != self.gallery.version:
                self._map = (self.gallery.version, gallery_map(self.gallery))
            points = self._map[1]
        return [PlacedReference(self._stored(one.facts), one.x, one.y) for one in points]

    def _facts(self, name: str) -> list[ReferenceFacts]:
        self.gallery.refresh()
        clean = clean_voice_name(name)
        try:
            return self.gallery.references(clean)
        except InputError as error:
            raise UnknownVoiceError(str(error)) from error

    def _fact(self, name: str, reference: str) -> ReferenceFacts:
        for one in self._facts(name):
            if one.digest == reference:
                return one
        raise UnknownVoiceError(f"the voice {name!r} has no such reference")

    def _forget(self, facts: Sequence[ReferenceFacts]) -> None:
        """Delete kept audio that no other voice has."""
        held = {digest for _, digest in self.gallery.known(facts)}
        for one in facts:
            if one.digest not in held:
                self.audio.forget(one.digest)

    def _stored(self, facts: ReferenceFacts) -> StoredReference:
        shown = facts.source.removeprefix(UPLOAD_PREFIX)
        return StoredReference(facts.voice, facts.digest, shown, facts.duration_s, self.audio.has(facts))
