"""What the server does, without HTTP: compare, enrol, verify, identify."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version

import numpy as np

from kowairo.core import InputError
from kowairo.data import AudioError

from ..gallery import ReferenceFacts, References, clean_voice_name
from ..gallery.voice_matrix import unit_vectors
from ..quality import QualityError
from ..speaker_embedder import Embedding, SpeakerEmbedder, mean_vector
from .answers import (
    CandidateVoice,
    ComparisonAnswer,
    EnrollmentAnswer,
    HeardRecording,
    IdentificationAnswer,
    RefusedFile,
    StatusAnswer,
    VoiceVerdict,
)
from .gallery_keeper import GalleryKeeper
from .judgement import Judge
from .limits import ServerLimits
from .reference_audio import upload_source
from .refusal import UnknownVoiceError
from .uploads import UploadedAudio

_SAME_WORDS = {
    True: "same voice",
    False: "different voices",
    None: "no verdict: the encoder has no threshold",
}
_VERIFIED_WORDS = {True: "verified", False: "not verified", None: "no verdict: the encoder has no threshold"}
_IDENTIFIED_WORDS = {
    "below_threshold": "nobody of the gallery",
    "ambiguous": "two voices of the gallery are too close to tell",
    "no_threshold": "candidates only: the gallery has no threshold (kowairo gallery measure --keep)",
}


class VoiceService:
    """An encoder and a gallery. Safe to share among threads.

    Args:
        embedder: Encoder and bar of quality.
        keeper: Of a gallery of that encoder.
        judge: Calibration and threshold.
        limits: To be told.
        temporary: Whether the gallery is gone when the server stops.

    Raises:
        InputError: The gallery is of another encoder.
    """

    def __init__(
        self,
        embedder: SpeakerEmbedder,
        keeper: GalleryKeeper,
        *,
        judge: Judge,
        limits: ServerLimits,
        temporary: bool = False,
    ) -> None:
        if embedder.digest != keeper.gallery.encoder.sha256:
            raise InputError(f"the gallery is of another encoder than {embedder.name}")
        self.keeper = keeper
        self._embedder = embedder
        self._judge = judge
        self._limits = limits
        self._temporary = temporary

    def status(self) -> StatusAnswer:
        """What this server is."""
        voices = self.keeper.voices()
        limits = self._limits
        return StatusAnswer(
            version=version("kowairo-inference"),
            encoder=self.keeper.gallery.encoder.name,
            encoder_sha256=self._embedder.digest,
            calibration=self._judge.as_json(),
            voices=len(voices),
            references=sum(one.num_references for one in voices),
            temporary=self._temporary,
            keeps_audio=self.keeper.audio.folder is not None,
            limits={
                "max_request_bytes": limits.max_request_bytes,
                "max_files": limits.max_files,
                "max_duration_s": limits.max_duration_s,
            },
        )

    def compare(self, known: Sequence[UploadedAudio], questioned: UploadedAudio) -> ComparisonAnswer:
        """Compare a recording with one or several of a known voice, as `kowairo verify` does.

        Raises:
            QualityError: A recording is below the bar.
        """
        if not known:
            raise InputError("expected at least one recording of the known voice")
        embedded = [self._embed(one) for one in known]
        other = self._embed(questioned)
        verdict = self._judge.judge(float(np.clip(mean_vector(embedded) @ other.vector, -1.0, 1.0)))
        return ComparisonAnswer(
            **vars(verdict),
            message=_SAME_WORDS[verdict.same],
            known=[_heard(one) for one in embedded],
            questioned=_heard(other),
        )

    def verify(self, name: str, recording: UploadedAudio) -> VoiceVerdict:
        """Compare a recording with an enrolled voice: mean of the cosines with all its references.

        Raises:
            UnknownVoiceError: There is no such voice.
            QualityError: The recording is below the bar.
        """
        gallery = self.keeper.gallery
        gallery.refresh()
        matrix = gallery.matrix("mean")
        clean = clean_voice_name(name)
        row = bisect_left(matrix.names, clean)
        if row >= len(matrix) or matrix.names[row] != clean:
            raise UnknownVoiceError(f"no voice {clean!r} is enrolled")
        heard = self._embed(recording)
        verdict = self._judge.judge(float(matrix.rows[row] @ unit_vectors(heard.vector[None])[0]))
        return VoiceVerdict(
            verification_result=verdict.same,
            similarity_score=verdict.cosine,
            threshold=verdict.threshold,
            message=_VERIFIED_WORDS[verdict.same],
            name=clean,
            num_references=int(matrix.counts[row]),
            operating_point=verdict.operating_point,
            llr=verdict.llr,
            probability=verdict.probability,
            recording=_heard(heard),
        )

    def enroll(
        self, name: str, recordings: Sequence[UploadedAudio], *, refused: Sequence[RefusedFile] = ()
    ) -> EnrollmentAnswer:
        """Add recordings to a voice, which is made if it is not there.

        Args:
            name: Of the voice.
            recordings: Of it.
            refused: Files that could not even be decoded, to be named in the answer.

        Raises:
            InputError: The name is none.
            QualityError: No recording is left, and the last was below the bar.
            GalleryFullError: The limit of references is reached.
        """
        clean = clean_voice_name(name)
        facts, vectors, kept, below = [], [], [], list(refused)
        for one in recordings:
            try:
                heard = self._embed(one)
            except QualityError as error:
                if len(recordings) == 1 and not refused:
                    raise
                below.append(RefusedFile(one.name, error.reason, error.detail))
                continue
            source = upload_source(one.name, one.digest)
            facts.append(ReferenceFacts(clean, source, one.digest, heard.quality.duration_s))
            vectors.append(heard.vector * np.float32(heard.magnitude))
            kept.append(one)
        if not facts:
            said = "; ".join(f"{one.file}: {one.reason}: {one.detail}" for one in below)
            raise InputError(f"no recording could be used: {said}" if said else "no recording was given")
        references = References(facts, np.stack(vectors))
        added = self.keeper.add(references, kept, encoder_sha256=self._embedder.digest)
        return EnrollmentAnswer(
            message=f"enrolled: {added} recordings added",
            name=clean,
            added=added,
            already_there=len(facts) - added,
            num_references=len(self.keeper.references(clean)),
            refused=below,
        )

    def identify(self, recording: UploadedAudio, *, count: int = 5) -> IdentificationAnswer:
        """Say who of the gallery it is, by the rule that is kept with the gallery.

        Raises:
            InputError: The gallery is empty.
            QualityError: The recording is below the bar.
        """
        gallery = self.keeper.gallery
        gallery.refresh()
        rule = gallery.rule
        heard = self._embed(recording)
        (found,) = gallery.identify(heard.vector[None], rule=rule, count=count)
        return IdentificationAnswer(
            name=found.voice,
            verdict=found.verdict,
            threshold=None if rule is None else rule.threshold,
            margin=None if rule is None else rule.margin,
            message=_IDENTIFIED_WORDS.get(found.verdict) or f"it is {found.voice}",
            candidates=[CandidateVoice(one.voice, one.score, one.num_references) for one in found.candidates],
            recording=_heard(heard),
        )

    def _embed(self, recording: UploadedAudio) -> Embedding:
        try:
            return replace(self._embedder.embed(recording.recording), source=recording.name)
        except QualityError as error:
            raise QualityError(
                error.reason, error.detail, source=recording.name, quality=error.quality
            ) from error
        except AudioError as error:
            raise AudioError(error.reason, error.detail, recording.name) from error


def _heard(embedding: Embedding) -> HeardRecording:
    quality = embedding.quality
    return HeardRecording(
        name=embedding.source,
        duration_s=round(quality.duration_s, 3),
        speech_s=None if quality.speech_s is None else round(quality.speech_s, 3),
        snr_db=round(quality.snr_db, 1),
        notes=list(quality.notes),
    )
