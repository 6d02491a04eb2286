"""Named voices with their references: enrol, identify, search."""

from .gallery import MAX_IN_MEMORY as MAX_IN_MEMORY
from .gallery import Gallery as Gallery
from .gallery import Voice as Voice
from .identification import AcceptanceRule as AcceptanceRule
from .identification import Candidate as Candidate
from .identification import Identification as Identification
from .nearest import Nearest as Nearest
from .nearest import nearest as nearest
from .references import ReferenceFacts as ReferenceFacts
from .references import References as References
from .references import vector_digest as vector_digest
from .table_schema import GalleryEncoder as GalleryEncoder
from .voice_matrix import VoiceMatrix as VoiceMatrix
from .voice_matrix import VoiceScoring as VoiceScoring
from .voice_names import clean_voice_name as clean_voice_name

__all__ = [
    "MAX_IN_MEMORY",
    "AcceptanceRule",
    "Candidate",
    "Gallery",
    "GalleryEncoder",
    "Identification",
    "Nearest",
    "ReferenceFacts",
    "References",
    "Voice",
    "VoiceMatrix",
    "VoiceScoring",
    "clean_voice_name",
    "nearest",
    "vector_digest",
]
