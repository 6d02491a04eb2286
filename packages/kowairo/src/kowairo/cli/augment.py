"""Commands `kowairo augment ...`."""

from pathlib import Path

from kowairo.core import Corpus
from kowairo.data.material import prepare_material
from kowairo.data.noisy_copy import make_noisy_copy


def material(
    *,
    out: Path,
    noise: Path | None = None,
    speech: Path | None = None,
    num_rooms: int = 60,
    num_noises: int = 40,
    num_music: int = 15,
    num_talkers: int = 300,
    seed: int = 0,
) -> None:
    """Prepare what augmentation mixes in, in a training and a test part that share no recording.

    Args:
        out: Folder that gets train and test.
        noise: Folder with some of noise.scp, music.scp and rir.scp; what it lacks is made.
        speech: Kaldi folder of training speech for babble.
        num_rooms: Rooms to simulate.
        num_noises: Noises to make where none are given.
        num_music: Pieces of music to make where none are given.
        num_talkers: Lines of speech to take.
        seed: Seed of everything.
    """
    counts = prepare_material(
        out,
        noise_folder=noise,
        speech=None if speech is None else Corpus.read(speech),
        num_rooms=num_rooms,
        num_noises=num_noises,
        num_music=num_music,
        num_talkers=num_talkers,
        seed=seed,
    )
    for table, number in counts.items():
        print(f"{table}: {number} recordings")


def copy(
    *,
    corpus: Path,
    out: Path,
    material: Path,
    seed: int = 0,
    snr_db: tuple[float, float] = (0.0, 15.0),
    kinds: tuple[str, ...] = ("noise", "music"),
    threads: int = 2,
) -> None:
    """Copy a set with noise or music added to every line, or in rooms: test conditions and training views.

    Args:
        corpus: Kaldi folder of the set.
        out: Folder for tables and audio.
        material: Test part of `kowairo augment material`; the training part for training views.
        seed: Seed of what is added where.
        snr_db: Lowest and highest signal-to-noise ratio.
        kinds: Tables of the material to draw from: noise, music, speech; and rir, a room for every line.
        threads: Files worked on at a time.
    """
    noisy = make_noisy_copy(
        Corpus.read(corpus), out, material=material, seed=seed, snr_db=snr_db, kinds=kinds, threads=threads
    )
    print(f"{out}: {len(noisy.utts)} lines")
