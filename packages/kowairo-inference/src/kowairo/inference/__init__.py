"""Audio files to embeddings with kowairo."""

from .crops import CropPlan as CropPlan
from .crops import evenly_spaced_crops as evenly_spaced_crops
from .embed import EmbedSettings as EmbedSettings
from .embed import EmbedSummary as EmbedSummary
from .embed import embed_corpus as embed_corpus
from .embed_file import NonFiniteEmbeddingError as NonFiniteEmbeddingError
from .embed_file import embed_file as embed_file
from .embed_file import embed_samples as embed_samples
from .embed_part import EmbedPart as EmbedPart
from .embed_part import SkippedFile as SkippedFile
from .embedding_source import AudioFiles as AudioFiles
from .embedding_source import EmbeddingSource as EmbeddingSource
from .embedding_source import StoredLines as StoredLines
from .open_encoder import OpenedEncoder as OpenedEncoder
from .open_encoder import open_encoder as open_encoder

__all__ = [
    "AudioFiles",
    "CropPlan",
    "EmbedPart",
    "EmbedSettings",
    "EmbedSummary",
    "EmbeddingSource",
    "NonFiniteEmbeddingError",
    "OpenedEncoder",
    "SkippedFile",
    "StoredLines",
    "embed_corpus",
    "embed_file",
    "embed_samples",
    "evenly_spaced_crops",
    "open_encoder",
]
