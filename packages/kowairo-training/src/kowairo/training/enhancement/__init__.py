"""Training of enhancement nets on frozen embeddings."""

from .config import EnhancementConfig as EnhancementConfig
from .config import LeftOut as LeftOut
from .config import Target as Target
from .eer_list import EERList as EERList
from .enrollment_list import EnrollmentList as EnrollmentList
from .items import EnhancementItems as EnhancementItems
from .list_items import draw_list as draw_list
from .list_items import list_items as list_items
from .list_items import read_list as read_list
from .pair_items import pair_items as pair_items
from .processes import Processes as Processes
from .result import EnhancementEpoch as EnhancementEpoch
from .result import EnhancementResult as EnhancementResult
from .speaker_means import SpeakerMeans as SpeakerMeans
from .speaker_means import multi_utterance_targets as multi_utterance_targets
from .train import train_enhancer as train_enhancer
from .trial_list import TrialList as TrialList

__all__ = [
    "EERList",
    "EnhancementConfig",
    "EnhancementEpoch",
    "EnhancementItems",
    "EnhancementResult",
    "EnrollmentList",
    "LeftOut",
    "Processes",
    "SpeakerMeans",
    "Target",
    "TrialList",
    "draw_list",
    "list_items",
    "multi_utterance_targets",
    "pair_items",
    "read_list",
    "train_enhancer",
]
