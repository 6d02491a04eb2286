"""Lightning training of kowairo.

What needs Lightning, which takes seconds to import, is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .audio_source import AudioSource as AudioSource
from .audio_source import DecodedAudio as DecodedAudio
from .audio_source import StoredAudio as StoredAudio
from .checkpoint_average import CheckpointAverage as CheckpointAverage
from .find_merges import find_merges as find_merges
from .find_merges import read_merge_map as read_merge_map
from .finetune_plan import FINETUNE_STAGE as FINETUNE_STAGE
from .finetune_plan import FinetunePlan as FinetunePlan
from .head import Head as Head
from .item_order import BalancedSpeakers as BalancedSpeakers
from .item_order import ItemOrder as ItemOrder
from .item_order import Shuffled as Shuffled
from .item_order import SpeakerGroups as SpeakerGroups
from .merge import ConfusedPair as ConfusedPair
from .merge import confused_pairs as confused_pairs
from .merge import merge_map as merge_map
from .optimizer import SGD as SGD
from .optimizer import AdamW as AdamW
from .optimizer import OptimizerConfig as OptimizerConfig
from .parameter_rule import ParameterRule as ParameterRule
from .schedule import Schedule as Schedule
from .schedule import WarmupCosine as WarmupCosine
from .schedule import WarmupCyclic as WarmupCyclic
from .schedule import WarmupExponential as WarmupExponential
from .shard_order import ShardShuffle as ShardShuffle
from .speaker_model import SpeakerModel as SpeakerModel
from .spec_augment import SpecAugment as SpecAugment
from .stage_config import MarginConfig as MarginConfig
from .stage_config import StageConfig as StageConfig
from .training_items import apply_merge_map as apply_merge_map

if TYPE_CHECKING:
    from .finetune import FinetuneResult as FinetuneResult
    from .finetune import finetune_encoder as finetune_encoder
    from .finetune_data import importer_for as importer_for
    from .speaker_module import NonFiniteLossError as NonFiniteLossError
    from .speaker_module import SpeakerModule as SpeakerModule
    from .speaker_module import StepRules as StepRules
    from .stages import is_finished as is_finished
    from .stages import train_stage as train_stage

_WITH_LIGHTNING = {
    "FinetuneResult": "finetune",
    "finetune_encoder": "finetune",
    "importer_for": "finetune_data",
    "NonFiniteLossError": "speaker_module",
    "SpeakerModule": "speaker_module",
    "StepRules": "speaker_module",
    "is_finished": "stages",
    "train_stage": "stages",
}

__all__ = [
    "FINETUNE_STAGE",
    "SGD",
    "AdamW",
    "AudioSource",
    "BalancedSpeakers",
    "CheckpointAverage",
    "ConfusedPair",
    "DecodedAudio",
    "FinetunePlan",
    "FinetuneResult",
    "Head",
    "ItemOrder",
    "MarginConfig",
    "NonFiniteLossError",
    "OptimizerConfig",
    "ParameterRule",
    "Schedule",
    "ShardShuffle",
    "Shuffled",
    "SpeakerGroups",
    "SpeakerModel",
    "SpeakerModule",
    "SpecAugment",
    "StageConfig",
    "StepRules",
    "StoredAudio",
    "WarmupCosine",
    "WarmupCyclic",
    "WarmupExponential",
    "apply_merge_map",
    "confused_pairs",
    "find_merges",
    "finetune_encoder",
    "importer_for",
    "is_finished",
    "merge_map",
    "read_merge_map",
    "train_stage",
]


def __getattr__(name: str) -> Any:
    if name not in _WITH_LIGHTNING:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WITH_LIGHTNING[name]}"), name)
