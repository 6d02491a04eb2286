import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.data.augment import LossyCodec
from kowairo.data.augment.lossy_codec import codec_round_trip
from kowairo.testing.augmentation import check_augmentation

CODECS = ["vorbis", "opus", "mp3", "ima_adpcm", "ms_adpcm"]


def vowel(num_samples):
    time = np.arange(num_samples) / 16000
    tone = sum(np.sin(2 * np.pi * 150 * k * time) / k for k in range(1, 25)) * (
        1.2 + np.sin(2 * np.pi * 3 * time)
    )
    return (0.3 * tone / np.abs(tone).max()).astype(np.float32)


def test_lossy_codec_keeps_the_contract():
    check_augmentation(LossyCodec(), lengths=(1, 37, 8000))


@pytest.mark.parametrize("codec", CODECS)
def test_a_round_trip_is_aligned_and_lossy(codec):
    speech = vowel(24000)
    decoded = codec_round_trip(speech, codec=codec, compression=0.5)
    assert decoded.shape == speech.shape
    assert decoded.dtype == np.float32
    lags = np.correlate(decoded, speech[2000:22000], mode="valid")
    assert int(np.argmax(lags)) == 2000
    error = np.mean((decoded - speech) ** 2)
    assert 0.0 < error < 0.1 * np.mean(speech**2)


@pytest.mark.parametrize("codec", CODECS)
def test_equal_generators_give_equal_results_with_every_codec(codec):
    augmentation = LossyCodec(codecs=[codec])
    first, second = (augmentation(vowel(8000), rng=np.random.default_rng(1)) for _ in range(2))
    assert np.array_equal(first, second)


def test_more_compression_loses_more():
    speech = vowel(16000)
    errors = [
        np.mean((codec_round_trip(speech, codec="vorbis", compression=c) - speech) ** 2) for c in (0.0, 0.9)
    ]
    assert errors[0] < errors[1]


def test_an_unknown_codec_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match=r"'aac'.*vorbis, opus, mp3, ima_adpcm"):
        LossyCodec(codecs=["aac"])


def test_a_compression_beyond_what_every_codec_takes_is_refused():
    with pytest.raises(InputError, match=r"between 0 and 0\.95"):
        LossyCodec(compression=(0.5, 1.0))
