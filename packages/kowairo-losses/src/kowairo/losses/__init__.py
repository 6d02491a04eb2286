"""Training objectives of kowairo."""

from .aam_softmax import AAMSoftmax as AAMSoftmax
from .ada_cos import AdaCos as AdaCos
from .adversarial_enhancement import AdversarialEnhancement as AdversarialEnhancement
from .am_softmax import AMSoftmax as AMSoftmax
from .angular_margin import MarginBranch as MarginBranch
from .angular_margin import cosine_with_margin as cosine_with_margin
from .angular_prototypical import AngularPrototypical as AngularPrototypical
from .base import DistillationLoss as DistillationLoss
from .base import DomainLoss as DomainLoss
from .base import EnhancementListKind as EnhancementListKind
from .base import EnhancementLoss as EnhancementLoss
from .base import Loss as Loss
from .build import LossSizes as LossSizes
from .build import TargetName as TargetName
from .build import build_loss as build_loss
from .build import domain_levels as domain_levels
from .build import needed_targets as needed_targets
from .classifier_loss import ClassifierLoss as ClassifierLoss
from .contrastive_distillation import ContrastiveDistillation as ContrastiveDistillation
from .coral import CORAL as CORAL
from .cosine import Cosine as Cosine
from .cosine_classifier import CosineClassifier as CosineClassifier
from .cosine_distillation import CosineDistillation as CosineDistillation
from .cross_batch_memory import CrossBatchMemory as CrossBatchMemory
from .curricular_aam import CurricularAAM as CurricularAAM
from .domain_adaptation_cosine import DomainAdaptationCosine as DomainAdaptationCosine
from .domain_adaptation_mse import DomainAdaptationMSE as DomainAdaptationMSE
from .domain_adversarial import DomainAdversarial as DomainAdversarial
from .enhancement_aam_softmax import EnhancementAAMSoftmax as EnhancementAAMSoftmax
from .enhancement_labels import EnhancementLabels as EnhancementLabels
from .enhancement_softmax import EnhancementSoftmax as EnhancementSoftmax
from .gather import gather_rows as gather_rows
from .ge2e import GE2E as GE2E
from .gradient_reversal import reversal_schedule as reversal_schedule
from .gradient_reversal import reverse_gradient as reverse_gradient
from .identity_level import DomainIdentityLevel as DomainIdentityLevel
from .identity_level import IdentityLevel as IdentityLevel
from .identity_level import LevelProjection as LevelProjection
from .identity_level import identity_levels as identity_levels
from .joint_objective import JointObjective as JointObjective
from .joint_objective import RowCounts as RowCounts
from .joint_objective import Targets as Targets
from .mae import MAE as MAE
from .margin_schedule import MarginSchedule as MarginSchedule
from .metric_loss import MetricLoss as MetricLoss
from .mmd import MMD as MMD
from .mse import MSE as MSE
from .mse_cosine import MSECosine as MSECosine
from .mse_softmax import MSESoftmax as MSESoftmax
from .my_triplet_cosine import MyTripletCosine as MyTripletCosine
from .pairwise_distance_mmd import PairwiseDistanceMMD as PairwiseDistanceMMD
from .pairwise_distance_mmd import distance_mmd as distance_mmd
from .prototypical import Prototypical as Prototypical
from .published_losses import PUBLISHED_LOSSES as PUBLISHED_LOSSES
from .published_losses import PublishedLossName as PublishedLossName
from .published_losses import published_loss as published_loss
from .softmax import Softmax as Softmax
from .sphere_face2 import SphereFace2 as SphereFace2
from .sub_center_aam import SubCenterAAM as SubCenterAAM
from .supervised_contrastive import SupervisedContrastive as SupervisedContrastive
from .triplet import Triplet as Triplet
from .weighted_sum import WeightedSum as WeightedSum
from .weighted_sum import WeightedTerm as WeightedTerm

__all__ = [
    "CORAL",
    "GE2E",
    "MAE",
    "MMD",
    "MSE",
    "PUBLISHED_LOSSES",
    "AAMSoftmax",
    "AMSoftmax",
    "AdaCos",
    "AdversarialEnhancement",
    "AngularPrototypical",
    "ClassifierLoss",
    "ContrastiveDistillation",
    "Cosine",
    "CosineClassifier",
    "CosineDistillation",
    "CrossBatchMemory",
    "CurricularAAM",
    "DistillationLoss",
    "DomainAdaptationCosine",
    "DomainAdaptationMSE",
    "DomainAdversarial",
    "DomainIdentityLevel",
    "DomainLoss",
    "EnhancementAAMSoftmax",
    "EnhancementLabels",
    "EnhancementListKind",
    "EnhancementLoss",
    "EnhancementSoftmax",
    "IdentityLevel",
    "JointObjective",
    "LevelProjection",
    "Loss",
    "LossSizes",
    "MSECosine",
    "MSESoftmax",
    "MarginBranch",
    "MarginSchedule",
    "MetricLoss",
    "MyTripletCosine",
    "PairwiseDistanceMMD",
    "Prototypical",
    "PublishedLossName",
    "RowCounts",
    "Softmax",
    "SphereFace2",
    "SubCenterAAM",
    "SupervisedContrastive",
    "TargetName",
    "Targets",
    "Triplet",
    "WeightedSum",
    "WeightedTerm",
    "build_loss",
    "cosine_with_margin",
    "distance_mmd",
    "domain_levels",
    "gather_rows",
    "identity_levels",
    "needed_targets",
    "published_loss",
    "reversal_schedule",
    "reverse_gradient",
]
