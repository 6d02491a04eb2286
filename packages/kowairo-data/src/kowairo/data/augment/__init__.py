"""Online augmentation of crops: noise, music, babble, rooms, filters, drop-outs, levels, codecs."""

from .additive_noise import AdditiveNoise as AdditiveNoise
from .babble import Babble as Babble
from .base import Augmentation as Augmentation
from .chain import Chain as Chain
from .clip import Clip as Clip
from .default import default_augmentation as default_augmentation
from .drop_chunk import DropChunk as DropChunk
from .drop_freq import DropFreq as DropFreq
from .filters import BandPass as BandPass
from .filters import HighPass as HighPass
from .filters import LowPass as LowPass
from .gain import Gain as Gain
from .level_contour import LevelContour as LevelContour
from .levels import limit_peak as limit_peak
from .levels import mean_square as mean_square
from .levels import mix_at_snr as mix_at_snr
from .lossy_codec import LossyCodec as LossyCodec
from .mu_law import MuLaw as MuLaw
from .one_of import OneOf as OneOf
from .reverb import Reverb as Reverb
from .reverb import direct_sound_index as direct_sound_index
from .signal_bank import SignalBank as SignalBank
from .signal_bank import pack_signals as pack_signals
from .six_way import six_way_augmentation as six_way_augmentation
from .sometimes import Sometimes as Sometimes
from .telephone import Telephone as Telephone
from .unchanged import Unchanged as Unchanged

__all__ = [
    "AdditiveNoise",
    "Augmentation",
    "Babble",
    "BandPass",
    "Chain",
    "Clip",
    "DropChunk",
    "DropFreq",
    "Gain",
    "HighPass",
    "LevelContour",
    "LossyCodec",
    "LowPass",
    "MuLaw",
    "OneOf",
    "Reverb",
    "SignalBank",
    "Sometimes",
    "Telephone",
    "Unchanged",
    "default_augmentation",
    "direct_sound_index",
    "limit_peak",
    "mean_square",
    "mix_at_snr",
    "pack_signals",
    "six_way_augmentation",
]
