"""Audio reading, corpus importers, splits, trials and augmentation of kowairo."""

from kowairo.data.audio import REASONS as REASONS
from kowairo.data.audio import SAMPLE_RATE_HZ as SAMPLE_RATE_HZ
from kowairo.data.audio import AudioError as AudioError
from kowairo.data.audio import Decoded as Decoded
from kowairo.data.audio import check_audio as check_audio
from kowairo.data.audio import decode_audio as decode_audio
from kowairo.data.audio import decode_bytes as decode_bytes
from kowairo.data.audio import read_audio as read_audio
from kowairo.data.drop_report import DropReport as DropReport
from kowairo.data.drop_report import Remark as Remark
from kowairo.data.import_corpus import import_corpus as import_corpus
from kowairo.data.importers import LAYOUTS as LAYOUTS
from kowairo.data.importers import CharacterFolder as CharacterFolder
from kowairo.data.importers import CorpusImporter as CorpusImporter
from kowairo.data.importers import Entry as Entry
from kowairo.data.importers import KaldiFolder as KaldiFolder
from kowairo.data.importers import LabelList as LabelList
from kowairo.data.importers import TableFile as TableFile
from kowairo.data.splits import Splits as Splits
from kowairo.data.splits import split_corpus as split_corpus
from kowairo.data.store import AudioStore as AudioStore
from kowairo.data.store import change_speed as change_speed
from kowairo.data.store import speed_id as speed_id
from kowairo.data.training_audio import audio_hashes as audio_hashes
from kowairo.data.training_audio import hash_audio as hash_audio
from kowairo.data.training_audio import record_training as record_training
from kowairo.data.trial_lists import TRIAL_FILES as TRIAL_FILES
from kowairo.data.trial_lists import make_trials as make_trials
from kowairo.data.trial_lists import write_trial_lists as write_trial_lists

__all__ = [
    "LAYOUTS",
    "REASONS",
    "SAMPLE_RATE_HZ",
    "TRIAL_FILES",
    "AudioError",
    "AudioStore",
    "CharacterFolder",
    "CorpusImporter",
    "Decoded",
    "DropReport",
    "Entry",
    "KaldiFolder",
    "LabelList",
    "Remark",
    "Splits",
    "TableFile",
    "audio_hashes",
    "change_speed",
    "check_audio",
    "decode_audio",
    "decode_bytes",
    "hash_audio",
    "import_corpus",
    "make_trials",
    "read_audio",
    "record_training",
    "speed_id",
    "split_corpus",
    "write_trial_lists",
]
