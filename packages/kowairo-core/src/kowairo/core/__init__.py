"""Tables, embedding sets, errors and plug-in discovery of kowairo; needs NumPy and kaldiio only."""

from kowairo.core.corpus import Corpus as Corpus
from kowairo.core.corpus_tables import CorpusTables as CorpusTables
from kowairo.core.embedding_set import EmbeddingSet as EmbeddingSet
from kowairo.core.embedding_set import open_crops as open_crops
from kowairo.core.embedding_set import write_vectors as write_vectors
from kowairo.core.encoder_folders import encoder_folder as encoder_folder
from kowairo.core.encoder_folders import find_named as find_named
from kowairo.core.encoder_folders import named_encoders as named_encoders
from kowairo.core.encoder_folders import user_cache as user_cache
from kowairo.core.errors import InputError as InputError
from kowairo.core.errors import KowairoError as KowairoError
from kowairo.core.errors import TableError as TableError
from kowairo.core.files import atomic_folder as atomic_folder
from kowairo.core.files import atomic_path as atomic_path
from kowairo.core.files import file_digest as file_digest
from kowairo.core.files import read_json as read_json
from kowairo.core.files import write_json as write_json
from kowairo.core.kaldi_ark import read_ark as read_ark
from kowairo.core.kaldi_ark import read_ark_scp as read_ark_scp
from kowairo.core.kaldi_ark import write_ark as write_ark
from kowairo.core.lines import read_lines as read_lines
from kowairo.core.lines import split_columns as split_columns
from kowairo.core.plugins import is_plugin as is_plugin
from kowairo.core.plugins import load_plugins as load_plugins
from kowairo.core.provenance import provenance as provenance
from kowairo.core.score_blocks import ScoreBlock as ScoreBlock
from kowairo.core.score_blocks import iter_score_blocks as iter_score_blocks
from kowairo.core.scores import Scores as Scores
from kowairo.core.scores import read_scores as read_scores
from kowairo.core.scores import write_scores as write_scores
from kowairo.core.string_array import StringArray as StringArray
from kowairo.core.string_index import StringIndex as StringIndex
from kowairo.core.tables import AudioRef as AudioRef
from kowairo.core.tables import read_table as read_table
from kowairo.core.tables import read_wav_scp as read_wav_scp
from kowairo.core.tables import spk2utt as spk2utt
from kowairo.core.tables import write_table as write_table
from kowairo.core.tables import write_wav_scp as write_wav_scp
from kowairo.core.text_table import TextTable as TextTable
from kowairo.core.training_overlap import OverlapCounts as OverlapCounts
from kowairo.core.training_overlap import TrainingOverlap as TrainingOverlap
from kowairo.core.training_overlap import read_overlap_note as read_overlap_note
from kowairo.core.training_overlap import write_overlap_note as write_overlap_note
from kowairo.core.training_record import AudioHashes as AudioHashes
from kowairo.core.training_record import RecordFile as RecordFile
from kowairo.core.training_record import Speaker as Speaker
from kowairo.core.training_record import TrainingRecord as TrainingRecord
from kowairo.core.training_record import content_hash as content_hash
from kowairo.core.training_record import encoder_record as encoder_record
from kowairo.core.training_record import speakers_of as speakers_of
from kowairo.core.trial_blocks import ScoreWriter as ScoreWriter
from kowairo.core.trial_blocks import TrialBlock as TrialBlock
from kowairo.core.trial_blocks import iter_trial_blocks as iter_trial_blocks
from kowairo.core.trial_blocks import score_writer as score_writer
from kowairo.core.trials import Trials as Trials
from kowairo.core.trials import iter_trials as iter_trials
from kowairo.core.trials import read_spk2enroll as read_spk2enroll
from kowairo.core.trials import read_trial_pair as read_trial_pair
from kowairo.core.trials import read_trials as read_trials
from kowairo.core.trials import write_trials as write_trials
from kowairo.core.vector_folders import open_embeddings as open_embeddings
from kowairo.core.vector_folders import read_npy_folder as read_npy_folder
from kowairo.core.vector_folders import read_text_vectors as read_text_vectors

__all__ = [
    "AudioHashes",
    "AudioRef",
    "Corpus",
    "CorpusTables",
    "EmbeddingSet",
    "InputError",
    "KowairoError",
    "OverlapCounts",
    "RecordFile",
    "ScoreBlock",
    "ScoreWriter",
    "Scores",
    "Speaker",
    "StringArray",
    "StringIndex",
    "TableError",
    "TextTable",
    "TrainingOverlap",
    "TrainingRecord",
    "TrialBlock",
    "Trials",
    "atomic_folder",
    "atomic_path",
    "content_hash",
    "encoder_folder",
    "encoder_record",
    "file_digest",
    "find_named",
    "is_plugin",
    "iter_score_blocks",
    "iter_trial_blocks",
    "iter_trials",
    "load_plugins",
    "named_encoders",
    "open_crops",
    "open_embeddings",
    "provenance",
    "read_ark",
    "read_ark_scp",
    "read_json",
    "read_lines",
    "read_npy_folder",
    "read_overlap_note",
    "read_scores",
    "read_spk2enroll",
    "read_table",
    "read_text_vectors",
    "read_trial_pair",
    "read_trials",
    "read_wav_scp",
    "score_writer",
    "speakers_of",
    "spk2utt",
    "split_columns",
    "user_cache",
    "write_ark",
    "write_json",
    "write_overlap_note",
    "write_scores",
    "write_table",
    "write_trials",
    "write_vectors",
    "write_wav_scp",
]
