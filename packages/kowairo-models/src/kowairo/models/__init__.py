"""Speaker encoders, front ends and checkpoints of kowairo."""

from .attentive_statistics_pooling import AttentiveStatisticsPooling as AttentiveStatisticsPooling
from .build import build_encoder as build_encoder
from .campplus import CamPlusPlus as CamPlusPlus
from .checkpoint import attach_record as attach_record
from .checkpoint import load_encoder as load_encoder
from .checkpoint import read_card as read_card
from .checkpoint import read_config as read_config
from .checkpoint import save_checkpoint as save_checkpoint
from .complexity import Complexity as Complexity
from .complexity import measure_complexity as measure_complexity
from .ecapa import EcapaGroupNorm as EcapaGroupNorm
from .ecapa_batch_norm import EcapaBatchNorm as EcapaBatchNorm
from .encoder import Encoder as Encoder
from .encoder import without_gradients_of_constants as without_gradients_of_constants
from .enhanced_encoder import EnhancedEncoder as EnhancedEncoder
from .export import export_onnx as export_onnx
from .export import export_torchscript as export_torchscript
from .export_check import ExportMismatchError as ExportMismatchError
from .foreign import ForeignEncoder as ForeignEncoder
from .foreign import import_foreign as import_foreign
from .foreign import open_foreign as open_foreign
from .front_end import FrontEnd as FrontEnd
from .ge2e_lstm import Ge2eLstm as Ge2eLstm
from .kaldi_fbank import KaldiFbank as KaldiFbank
from .load_backbone import load_backbone as load_backbone
from .mean_normalized import MeanNormalized as MeanNormalized
from .mfcc import MFCC as MFCC
from .mfcc_statistics import MfccStatistics as MfccStatistics
from .multi_query_pooling import MultiQueryPooling as MultiQueryPooling
from .normalized_fbank import NormalizedFbank as NormalizedFbank
from .onnx_encoder import OnnxEncoder as OnnxEncoder
from .pack import PackedEncoder as PackedEncoder
from .pack import PackingError as PackingError
from .pack import pack_encoder as pack_encoder
from .pooling import Pooling as Pooling
from .pretrained import from_pretrained as from_pretrained
from .projected_encoder import ProjectedEncoder as ProjectedEncoder
from .published import load_published as load_published
from .redimnet import ReDimNet as ReDimNet
from .redimnet_bone import ReDimNetSize as ReDimNetSize
from .redimnet_bone import ReDimNetStage as ReDimNetStage
from .resnet34 import ResNet34 as ResNet34
from .silero_vad import SileroVad as SileroVad
from .speechbrain_fbank import SpeechBrainFbank as SpeechBrainFbank
from .statistics_pooling import StatisticsPooling as StatisticsPooling
from .wespeaker_fbank import wespeaker_fbank as wespeaker_fbank
from .xvector import XVector as XVector

__all__ = [
    "MFCC",
    "AttentiveStatisticsPooling",
    "CamPlusPlus",
    "Complexity",
    "EcapaBatchNorm",
    "EcapaGroupNorm",
    "Encoder",
    "EnhancedEncoder",
    "ExportMismatchError",
    "ForeignEncoder",
    "FrontEnd",
    "Ge2eLstm",
    "KaldiFbank",
    "MeanNormalized",
    "MfccStatistics",
    "MultiQueryPooling",
    "NormalizedFbank",
    "OnnxEncoder",
    "PackedEncoder",
    "PackingError",
    "Pooling",
    "ProjectedEncoder",
    "ReDimNet",
    "ReDimNetSize",
    "ReDimNetStage",
    "ResNet34",
    "SileroVad",
    "SpeechBrainFbank",
    "StatisticsPooling",
    "XVector",
    "attach_record",
    "build_encoder",
    "export_onnx",
    "export_torchscript",
    "from_pretrained",
    "import_foreign",
    "load_backbone",
    "load_encoder",
    "load_published",
    "measure_complexity",
    "open_foreign",
    "pack_encoder",
    "read_card",
    "read_config",
    "save_checkpoint",
    "wespeaker_fbank",
    "without_gradients_of_constants",
]
