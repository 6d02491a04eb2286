import numpy as np
import pytest

from kowairo.core import Corpus, read_wav_scp
from kowairo.data import read_audio
from kowairo.data.augment import (
    AdditiveNoise,
    Augmentation,
    Babble,
    BandPass,
    Clip,
    DropChunk,
    DropFreq,
    Gain,
    HighPass,
    LevelContour,
    LossyCodec,
    LowPass,
    MuLaw,
    Reverb,
    SignalBank,
    Telephone,
)

NAMES = (
    "noise", "music", "babble", "measured room", "low-pass", "high-pass", "band-pass", "mu-law", "clip",
    "gain", "level contour", "drop chunk", "drop freq", "telephone", "vorbis", "opus", "mp3", "ima_adpcm",
    "ms_adpcm",
)  # fmt: skip


def loudness(samples):
    """(frames,) amplitude from 500 to 2800 Hz every 10 ms: what a filter's phase does not change."""
    windows = np.lib.stride_tricks.sliding_window_view(samples, 400)[::160] * np.hanning(400)
    spectrum = np.abs(np.fft.rfft(windows, 512, axis=1))[:, 16:90]
    return np.sqrt((spectrum**2).sum(axis=1))


def few(table, *, prefixes=("",)):
    """Some recordings of a table by name."""
    refs = {name: ref for name, ref in read_wav_scp(table).items() if name.startswith(prefixes)}
    return {name: read_audio(refs[name], min_duration_s=0.0) for name in sorted(refs)[::5]}


def on_real_data(name, noise):
    """The augmentation of a name with real material."""
    if name in ("vorbis", "opus", "mp3", "ima_adpcm", "ms_adpcm"):
        return LossyCodec(codecs=[name])
    makers = {
        "noise": lambda: AdditiveNoise(SignalBank(few(noise / "noise.scp"))),
        "music": lambda: AdditiveNoise(SignalBank(few(noise / "music.scp")), snr_db=(5.0, 15.0)),
        "measured room": lambda: Reverb(few(noise / "rir.scp", prefixes=("oa_", "clap_"))),
        "low-pass": LowPass,
        "high-pass": HighPass,
        "band-pass": BandPass,
        "mu-law": MuLaw,
        "clip": Clip,
        "gain": Gain,
        "level contour": LevelContour,
        "drop chunk": DropChunk,
        "drop freq": DropFreq,
        "telephone": Telephone,
    }
    return makers[name]()


@pytest.fixture(scope="module")
def crops(data_dir):
    """Two seconds of eight real speakers."""
    corpus = Corpus.read(data_dir / "voices" / "dev")
    chosen = [utts[0] for utts in corpus.spk2utt.values()][:40:5]
    return [np.resize(read_audio(corpus.audio[utt]), 32000) for utt in chosen]


@pytest.mark.parametrize("name", NAMES)
def test_real_voices_stay_themselves_through_every_augmentation(name, crops, data_dir):
    if name == "babble":
        augmentation = Babble(SignalBank({str(index): crop for index, crop in enumerate(crops)}))
    else:
        augmentation = on_real_data(name, data_dir / "noise")
    for seed, crop in enumerate(crops):
        heard = augmentation(crop, rng=np.random.default_rng(seed))
        assert heard.shape == crop.shape
        assert np.isfinite(heard).all()
        # A decoded Ogg file may itself exceed full scale a little.
        assert np.abs(heard).max() <= max(1.0, np.abs(crop).max())
        # A delay or a wrong sample rate loses the rhythm; noise at 0 dB and a hall blur it.
        assert np.corrcoef(loudness(heard), loudness(crop))[0, 1] > 0.5


def test_an_augmentation_without_a_call_cannot_be_made():
    class Incomplete(Augmentation):
        pass

    with pytest.raises(TypeError, match="__call__"):
        Incomplete()


def test_a_subclass_needs_only_the_call():
    class Reversed(Augmentation):
        def __call__(self, samples, *, rng):
            return samples[::-1].copy()

    out = Reversed()(np.array([1.0, 2.0], dtype=np.float32), rng=np.random.default_rng(0))
    assert out.tolist() == [2.0, 1.0]
