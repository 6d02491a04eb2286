"""What the server answers; the documentation of the interface is made of these."""

from dataclasses import dataclass
from typing import Any, TypeVar

from ..score_meaning import Rate

Answer = TypeVar("Answer")


def told(kind: type[Answer]) -> type[Answer]:
    """Let the docstrings of the fields stand in the interface's description."""
    kind.__pydantic_config__ = {"use_attribute_docstrings": True}  # type: ignore[attr-defined] # pydantic's name
    return kind


@told
@dataclass(frozen=True)
class HeardRecording:
    """One recording of a request."""

    name: str
    """The client's name of it."""
    duration_s: float
    """Length, s."""
    speech_s: float | None
    """Net seconds of words; null where that is not measured."""
    snr_db: float
    """Estimated, dB."""
    notes: list[str]
    """What weakens a result: little_sound, noisy, clipped, unlike_training; no_words weakens nothing."""


@told
@dataclass(frozen=True)
class ComparisonAnswer:
    """Whether recordings are one voice."""

    same: bool | None
    """The verdict; null where the encoder has no threshold."""
    cosine: float
    """Score in -1..1."""
    threshold: float | None
    """One voice at or above it."""
    operating_point: str | None
    """Name of the threshold in the encoder's card."""
    llr: float | None
    """Natural logarithm of the likelihood ratio; null if the encoder is not calibrated."""
    probability: float | None
    """Of one voice, at equal priors; null likewise."""
    far: Rate | None
    """Different voices accepted at the threshold, with its 95 % interval."""
    frr: Rate | None
    """Pairs of one voice rejected."""
    message: str
    """The verdict in words."""
    known: list[HeardRecording]
    """Recordings of the known voice."""
    questioned: HeardRecording
    """The other recording."""


@told
@dataclass(frozen=True)
class VoiceVerdict:
    """Whether a recording is an enrolled voice."""

    verification_result: bool | None
    """The verdict; null where the encoder has no threshold."""
    similarity_score: float
    """Mean of the cosines with all references of the voice."""
    threshold: float | None
    """The voice at or above it."""
    message: str
    """The verdict in words."""
    name: str
    """Name of the voice as it is kept."""
    num_references: int
    """References of the voice."""
    operating_point: str | None
    """Name of the threshold in the encoder's card."""
    llr: float | None
    """Natural logarithm of the likelihood ratio, as if of two single recordings; null if not calibrated."""
    probability: float | None
    """Of one voice, at equal priors; null likewise."""
    recording: HeardRecording
    """The questioned recording."""


@told
@dataclass(frozen=True)
class RefusedFile:
    """A recording that is not in the gallery."""

    file: str
    """The client's name of it."""
    reason: str
    """undecodable, empty, too_short, too_long, silent, clipped, not_finite ..."""
    detail: str
    """What was found."""


@told
@dataclass(frozen=True)
class EnrollmentAnswer:
    """What became of an enrolment."""

    message: str
    """In words."""
    name: str
    """Name of the voice as it is kept."""
    added: int
    """References added."""
    already_there: int
    """Recordings that the voice had already."""
    num_references: int
    """References of the voice now."""
    refused: list[RefusedFile]
    """Recordings that could not be used; where none could, the answer is an error in place of this."""


@told
@dataclass(frozen=True)
class CandidateVoice:
    """A voice that it may be."""

    name: str
    """Its name."""
    score: float
    """In -1..1."""
    num_references: int
    """References of the voice."""


@told
@dataclass(frozen=True)
class IdentificationAnswer:
    """Who it is, or nobody."""

    name: str | None
    """The accepted voice, null for an unknown speaker or without a rule of acceptance."""
    verdict: str
    """identified, below_threshold, ambiguous, or no_threshold: then candidates are all there is."""
    threshold: float | None
    """Score from which on the best voice is accepted."""
    margin: float | None
    """Least distance from the second voice."""
    message: str
    """In words."""
    candidates: list[CandidateVoice]
    """Best first."""
    recording: HeardRecording
    """What was heard."""


@told
@dataclass(frozen=True)
class EnrolledVoice:
    """One voice of the gallery."""

    name: str
    """Its name."""
    num_references: int
    """References of it."""
    duration_s: float
    """Their length together, as far as it is known."""


@told
@dataclass(frozen=True)
class StoredReference:
    """One reference."""

    name: str
    """Name of the voice."""
    id: str
    """What names the reference in other requests."""
    source: str
    """Where it came from, for people."""
    duration_s: float | None
    """Length, null if unknown."""
    has_audio: bool
    """Whether it can be played."""


@told
@dataclass(frozen=True)
class PlacedReference:
    """One reference on the map."""

    reference: StoredReference
    """Which it is."""
    x: float
    """In -1..1."""
    y: float
    """In -1..1."""


@told
@dataclass(frozen=True)
class RemovalAnswer:
    """What was removed."""

    message: str
    """In words."""
    removed: int
    """References removed."""


@told
@dataclass(frozen=True)
class StatusAnswer:
    """What this server is."""

    version: str
    """Of kowairo."""
    encoder: str
    """Its name."""
    encoder_sha256: str
    """Its digest."""
    calibration: dict[str, Any]
    """Scale and offset of the log-likelihood ratio, and the threshold with its error rates."""
    voices: int
    """Voices in the gallery."""
    references: int
    """Their references."""
    temporary: bool
    """Whether the gallery is gone when the server stops."""
    keeps_audio: bool
    """Whether the audio of enrolled recordings is kept."""
    limits: dict[str, float]
    """Of requests: max_request_bytes, max_files, max_duration_s."""


@told
@dataclass(frozen=True)
class ErrorAnswer:
    """Why a request is refused."""

    detail: str
    """In words."""
    reason: str
    """For programs: too_large, silent, unknown_voice ..."""
    file: str | None = None
    """The file that is to blame, if one is."""
