"""The augmentation of the ECAPA recipe on lists of files: a gain, then one of six backgrounds."""

from pathlib import Path

from kowairo.core import InputError

from .additive_noise import AdditiveNoise
from .babble import Babble
from .base import Augmentation
from .chain import Chain
from .gain import Gain
from .one_of import OneOf
from .reverb import Reverb
from .signal_bank import SignalBank
from .sometimes import Sometimes
from .unchanged import Unchanged

_TABLES = ("noise", "music", "speech", "rir")


def six_way_augmentation(material_folder: Path | str) -> Augmentation:
    """Build a gain of +-5 dB (0.7), then one of six, equally likely.

    Nothing; a room; babble of 1 to 5 talkers, each at its own 13 to 20 dB; music at 5 to 15 dB; noise at 0
    to 15 dB; babble and then music. An SNR is against the signal as it is at that point, by mean powers over
    the whole crop; a peak above 1 is divided out.

    Rooms begin at their direct sound and keep the energy of the voice (:class:`Reverb`), where the recipe
    norms the response and leaves its delay in.

    Source: the public recipes after Tao, Lee, Das, Hautamaki, Li, "Self-supervised speaker recognition with
    loss-gated learning" (2022), in the variant with 1 to 5 talkers and a random gain.

    Args:
        material_folder: holds ``noise.scp``, ``music.scp``, ``speech.scp`` and ``rir.scp``, as
            :func:`kowairo.data.material.prepare_material` writes them.

    Raises:
        InputError: one of the four tables is missing or empty.
    """
    folder = Path(material_folder)
    paths = {name: folder / f"{name}.scp" for name in _TABLES}
    missing = [path.name for path in paths.values() if not (path.is_file() and path.stat().st_size)]
    if missing:
        raise InputError(f"{folder}: the six-way augmentation also needs {', '.join(missing)}")
    babble = Babble(paths["speech"], snr_db=(13.0, 20.0), num_talkers=(1, 5), snr_of="talker")
    music = AdditiveNoise(SignalBank.open(paths["music"]), snr_db=(5.0, 15.0))
    backgrounds = [
        Unchanged(),
        Reverb(paths["rir"]),
        babble,
        music,
        AdditiveNoise(paths["noise"], snr_db=(0.0, 15.0)),
        Chain([babble, music]),
    ]
    return Chain([Sometimes(Gain(gain_db=(-5.0, 5.0)), probability=0.7), OneOf(backgrounds)])
