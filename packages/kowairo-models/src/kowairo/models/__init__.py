"""Speaker encoders, front ends and checkpoints of kowairo."""

from .build import build_encoder as build_encoder
from .checkpoint import load_encoder as load_encoder
from .checkpoint import read_card as read_card
from .checkpoint import read_config as read_config
from .checkpoint import save_checkpoint as save_checkpoint
from .ecapa import EcapaGroupNorm as EcapaGroupNorm
from .encoder import Encoder as Encoder
from .export import ExportMismatchError as ExportMismatchError
from .export import export_onnx as export_onnx
from .front_end import FrontEnd as FrontEnd
from .mfcc import MFCC as MFCC
from .mfcc_statistics import MfccStatistics as MfccStatistics
from .normalized_fbank import NormalizedFbank as NormalizedFbank
from .published import load_published as load_published
from .speechbrain_fbank import SpeechBrainFbank as SpeechBrainFbank

__all__ = [
    "MFCC",
    "EcapaGroupNorm",
    "Encoder",
    "ExportMismatchError",
    "FrontEnd",
    "MfccStatistics",
    "NormalizedFbank",
    "SpeechBrainFbank",
    "build_encoder",
    "export_onnx",
    "load_encoder",
    "load_published",
    "read_card",
    "read_config",
    "save_checkpoint",
]
