"""Lightning training of kowairo."""

from .audio_source import AudioSource as AudioSource
from .audio_source import DecodedAudio as DecodedAudio
from .audio_source import StoredAudio as StoredAudio
from .find_merges import find_merges as find_merges
from .find_merges import read_merge_map as read_merge_map
from .head import Head as Head
from .item_order import BalancedSpeakers as BalancedSpeakers
from .item_order import ItemOrder as ItemOrder
from .item_order import Shuffled as Shuffled
from .merge import ConfusedPair as ConfusedPair
from .merge import confused_pairs as confused_pairs
from .merge import merge_map as merge_map
from .optimizer import SGD as SGD
from .optimizer import AdamW as AdamW
from .optimizer import OptimizerConfig as OptimizerConfig
from .schedule import Schedule as Schedule
from .schedule import WarmupCosine as WarmupCosine
from .schedule import WarmupExponential as WarmupExponential
from .speaker_model import SpeakerModel as SpeakerModel
from .speaker_module import NonFiniteLossError as NonFiniteLossError
from .speaker_module import SpeakerModule as SpeakerModule
from .speaker_module import StepRules as StepRules
from .spec_augment import SpecAugment as SpecAugment
from .stage_config import MarginConfig as MarginConfig
from .stage_config import StageConfig as StageConfig
from .stages import is_finished as is_finished
from .stages import train_stage as train_stage
from .training_items import apply_merge_map as apply_merge_map

__all__ = [
    "SGD",
    "AdamW",
    "AudioSource",
    "BalancedSpeakers",
    "ConfusedPair",
    "DecodedAudio",
    "Head",
    "ItemOrder",
    "MarginConfig",
    "NonFiniteLossError",
    "OptimizerConfig",
    "Schedule",
    "Shuffled",
    "SpeakerModel",
    "SpeakerModule",
    "SpecAugment",
    "StageConfig",
    "StepRules",
    "StoredAudio",
    "WarmupCosine",
    "WarmupExponential",
    "apply_merge_map",
    "confused_pairs",
    "find_merges",
    "is_finished",
    "merge_map",
    "read_merge_map",
    "train_stage",
]
