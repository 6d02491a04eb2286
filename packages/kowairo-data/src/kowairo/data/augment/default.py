"""The augmentation that training uses unless told otherwise."""

from pathlib import Path

from kowairo.core import InputError

from .additive_noise import AdditiveNoise
from .babble import Babble
from .base import Augmentation
from .chain import Chain
from .clip import Clip
from .filters import BandPass, HighPass, LowPass
from .gain import Gain
from .lossy_codec import LossyCodec
from .mu_law import MuLaw
from .one_of import OneOf
from .reverb import Reverb
from .signal_bank import SignalBank, open_banks
from .sometimes import Sometimes
from .unchanged import Unchanged


def default_augmentation(material_folder: Path | str, *, probability: float = 0.6) -> Augmentation:
    """Build room, background, channel and level in a row, from one part of prepared material.

    Applied to a share ``probability`` of the crops; within these: a room (0.3); then one of noise at 0-15 dB
    (0.35), music at 5-15 dB (0.25), babble at 13-20 dB (0.15) or nothing (0.25); then a channel (0.25:
    low-pass, high-pass, telephone band, mu-law, clipping, seldom Ogg Vorbis); then a gain of +-5 dB (0.7).
    What the folder lacks is left out and the other backgrounds keep their relative frequency.

    Ranges are those of the published recipes (Snyder et al. 2018; Desplanques et al. 2020, section 4.2); the
    share 0.6 is WeSpeaker's.

    Args:
        material_folder: holds some of ``noise.scp``, ``music.scp``, ``speech.scp`` (talkers of babble) and
            ``rir.scp``, as :func:`kowairo.data.material.prepare_material` writes them.
        probability: share of crops that are augmented at all.

    Raises:
        InputError: a folder without any of these tables, or a probability outside [0, 1].
    """
    folder = Path(material_folder)
    banks = open_banks(folder, ("noise", "music", "speech"))
    rooms = folder / "rir.scp"
    has_rooms = rooms.is_file() and rooms.stat().st_size > 0
    if not banks and not has_rooms:
        raise InputError(f"{folder}: expected noise.scp, music.scp, speech.scp or rir.scp, found none")
    steps: list[Augmentation] = [Sometimes(Reverb(rooms), probability=0.3)] if has_rooms else []
    steps.append(_background(banks))
    steps.append(Sometimes(_channel(), probability=0.25))
    steps.append(Sometimes(Gain(gain_db=(-5.0, 5.0)), probability=0.7))
    return Sometimes(Chain(steps), probability=probability)


def _background(banks: dict[str, SignalBank]) -> Augmentation:
    choices: list[tuple[float, Augmentation]] = [(0.25, Unchanged())]
    if "noise" in banks:
        choices.append((0.35, AdditiveNoise(banks["noise"], snr_db=(0.0, 15.0))))
    if "music" in banks:
        choices.append((0.25, AdditiveNoise(banks["music"], snr_db=(5.0, 15.0))))
    if "speech" in banks:
        choices.append((0.15, Babble(banks["speech"], snr_db=(13.0, 20.0))))
    return OneOf([augmentation for _, augmentation in choices], weights=[weight for weight, _ in choices])


def _channel() -> Augmentation:
    telephone = Chain([BandPass(), MuLaw()])
    choices: list[Augmentation] = [
        LowPass(),
        HighPass(),
        BandPass(),
        telephone,
        MuLaw(),
        Clip(),
        LossyCodec(),
    ]
    # The codec costs as much as fifty filters: seldom enough to stay a small part of the mean.
    return OneOf(choices, weights=[3.0, 3.0, 1.0, 1.0, 1.0, 2.0, 1.0])
