import numpy as np
import pytest

from kowairo.core import Corpus, InputError, StringArray
from kowairo.data import AudioError
from kowairo.training import DecodedAudio, StoredAudio
from kowairo.training.audio_source import random_crop, to_float


def test_store_and_files_hold_the_same_samples(data_folder, store):
    corpus = Corpus.read(data_folder / "all")
    utt = corpus.utts[0]
    stored, decoded = StoredAudio(store).samples(utt), DecodedAudio(corpus).samples(utt)
    np.testing.assert_allclose(to_float(stored), decoded, atol=1 / 32768)


def test_a_source_knows_what_it_holds(data_folder, store):
    corpus = Corpus.read(data_folder / "all")
    for source in (StoredAudio(store), DecodedAudio(corpus)):
        assert corpus.utts[0] in source
        assert "nobody" not in source
        with pytest.raises(InputError, match="nobody"):
            source.samples("nobody")


def test_a_source_finds_many_utterances_at_once(data_folder, store):
    corpus = Corpus.read(data_folder / "all")
    wanted = StringArray.from_texts([corpus.utts[7], "nobody", corpus.utts[2]])
    for source in (StoredAudio(store), DecodedAudio(corpus)):
        rows, utts = source.held(wanted)
        assert (rows.tolist(), utts) == ([0, 2], [corpus.utts[7], corpus.utts[2]])
        rows, utts = source.held(StringArray.from_texts(corpus.utts))
        assert (len(rows), utts) == (len(corpus.utts), corpus.utts)


def test_a_file_that_is_gone_says_so(data_folder):
    corpus = Corpus.read(data_folder / "all")
    utt = corpus.utts[0]
    gone = type(corpus.audio[utt])(data_folder / "gone.wav", None)
    with pytest.raises(AudioError, match="missing"):
        DecodedAudio(Corpus({utt: gone}, {utt: "s"})).samples(utt)


def test_int16_full_scale_is_one():
    np.testing.assert_array_equal(to_float(np.array([-32768, 16384], np.int16)), np.float32([-1.0, 0.5]))


def test_a_crop_is_a_stretch_of_the_audio():
    samples = np.arange(100, dtype=np.float32)
    crop = random_crop(samples, 30, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(np.diff(crop), 1.0)


def test_every_start_is_equally_likely():
    samples = np.arange(5, dtype=np.float32)
    rng = np.random.default_rng(0)
    starts = [int(random_crop(samples, 3, rng=rng)[0]) for _ in range(3000)]
    assert np.bincount(starts, minlength=3) == pytest.approx([1000, 1000, 1000], abs=110)  # 4 deviations


def test_short_audio_goes_round():
    samples = np.arange(4, dtype=np.float32)
    crop = random_crop(samples, 11, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(np.diff(crop) % 4, 1.0)


def test_the_source_is_never_changed():
    samples = np.ones(8, dtype=np.float32)
    random_crop(samples, 8, rng=np.random.default_rng(0))[:] = 0
    assert samples.all()


def test_no_samples_cannot_be_cropped():
    with pytest.raises(InputError, match="without samples"):
        random_crop(np.empty(0, np.float32), 4, rng=np.random.default_rng(0))


def test_a_crop_of_digital_silence_is_drawn_again_around_the_sound():
    samples = np.zeros(4000, np.int16)
    samples[3000:3010] = 7
    crops = [random_crop(samples, 100, rng=np.random.default_rng(seed)) for seed in range(200)]
    assert all(np.ptp(crop) > 0 for crop in crops)


@pytest.mark.parametrize("place", [0, 39])
def test_sound_at_an_end_of_the_line_is_found(place):
    samples = np.full(40, 3, np.int16)
    samples[place] = 4
    crops = [random_crop(samples, 5, rng=np.random.default_rng(seed)) for seed in range(100)]
    assert all(np.ptp(crop) > 0 for crop in crops)


def test_a_line_of_digital_silence_gives_silence():
    crop = random_crop(np.zeros(40, np.int16), 5, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(crop, np.zeros(5, np.float32))
