"""Speaker encoders, front ends and checkpoints of kowairo."""

from .ecapa import EcapaGroupNorm as EcapaGroupNorm
from .encoder import Encoder as Encoder
from .front_end import FrontEnd as FrontEnd
from .mfcc import MFCC as MFCC
from .mfcc_statistics import MfccStatistics as MfccStatistics
from .normalized_fbank import NormalizedFbank as NormalizedFbank
from .speechbrain_fbank import SpeechBrainFbank as SpeechBrainFbank

__all__ = [
    "MFCC",
    "EcapaGroupNorm",
    "Encoder",
    "FrontEnd",
    "MfccStatistics",
    "NormalizedFbank",
    "SpeechBrainFbank",
]
