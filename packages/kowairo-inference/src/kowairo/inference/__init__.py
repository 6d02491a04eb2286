"""Audio files to embeddings with kowairo."""

from .anime_speaker_embedding import AnimeSpeakerEmbedding as AnimeSpeakerEmbedding
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
from .embedding_statistics import EmbeddingStatistics as EmbeddingStatistics
from .open_encoder import OpenedEncoder as OpenedEncoder
from .open_encoder import open_encoder as open_encoder
from .quality import Quality as Quality
from .quality import QualityBar as QualityBar
from .quality import QualityError as QualityError
from .recording import Recording as Recording
from .score_meaning import ScoreMeaning as ScoreMeaning
from .similarity import SimilarityReport as SimilarityReport
from .similarity import measure_similarity as measure_similarity
from .speaker_embedder import Embedding as Embedding
from .speaker_embedder import SpeakerEmbedder as SpeakerEmbedder
from .speaker_embedder import mean_vector as mean_vector
from .verification import Verdict as Verdict
from .verification import verify as verify

__all__ = [
    "AnimeSpeakerEmbedding",
    "AudioFiles",
    "CropPlan",
    "EmbedPart",
    "EmbedSettings",
    "EmbedSummary",
    "Embedding",
    "EmbeddingSource",
    "EmbeddingStatistics",
    "NonFiniteEmbeddingError",
    "OpenedEncoder",
    "Quality",
    "QualityBar",
    "QualityError",
    "Recording",
    "ScoreMeaning",
    "SimilarityReport",
    "SkippedFile",
    "SpeakerEmbedder",
    "StoredLines",
    "Verdict",
    "embed_corpus",
    "embed_file",
    "embed_samples",
    "evenly_spaced_crops",
    "mean_vector",
    "measure_similarity",
    "open_encoder",
    "verify",
]
