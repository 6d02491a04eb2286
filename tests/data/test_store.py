"""Tests of the audio store."""

import pickle

import numpy as np
import pytest
import soundfile

from kowairo.core import AudioRef, Corpus, InputError, StringArray
from kowairo.data.audio import read_audio
from kowairo.data.store import AudioStore, change_speed, speed_id
from kowairo.testing.tones import write_tone_corpus

RATE_HZ = 16000


@pytest.fixture
def corpus(tmp_path):
    return write_tone_corpus(tmp_path / "corpus", 2, 3, 0, min_s=0.6, max_s=0.8)


def one_line(path, samples, **options) -> Corpus:
    soundfile.write(path, samples, RATE_HZ, **options)
    return Corpus({"u": AudioRef(path)}, {"u": "s"})


def test_16_bit_audio_is_stored_bit_for_bit(tmp_path, corpus):
    store = AudioStore.build(corpus, tmp_path / "store")
    assert list(store.utts) == corpus.utts
    for utt in corpus.utts:
        codes, _ = soundfile.read(corpus.audio[utt].path, dtype="int16")
        np.testing.assert_array_equal(store.samples(utt), codes)
        assert store.num_samples(utt) == len(codes)
    assert store.samples(corpus.utts[0]).dtype == np.int16


def test_float_audio_is_within_half_a_step(tmp_path):
    samples = np.random.default_rng(0).uniform(-1, 0.9999, RATE_HZ).astype(np.float32)
    store = AudioStore.build(one_line(tmp_path / "a.wav", samples, subtype="FLOAT"), tmp_path / "store")
    error = np.abs(store.samples("u") / 32768 - samples)
    assert error.max() <= 0.5 / 32768 + 1e-9


def test_only_audio_that_exceeds_one_is_divided_by_its_peak(tmp_path):
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, RATE_HZ).astype(np.float32)
    loud = AudioStore.build(one_line(tmp_path / "l.wav", 4 * samples, subtype="FLOAT"), tmp_path / "loud")
    np.testing.assert_allclose(loud.samples("u") / 32768, samples / np.abs(samples).max(), atol=3.1e-5)
    soft = AudioStore.build(one_line(tmp_path / "s.wav", samples, subtype="FLOAT"), tmp_path / "soft")
    np.testing.assert_allclose(soft.samples("u") / 32768, samples, atol=1.6e-5)


def test_speeds_have_their_own_ids_and_lengths(tmp_path, corpus):
    store = AudioStore.build(corpus, tmp_path / "store", speeds=(1.0, 0.9, 1.1))
    utt = corpus.utts[0]
    assert list(store.utts[:3]) == [utt, f"{utt}|0.9", f"{utt}|1.1"]
    length = store.num_samples(utt)
    assert store.num_samples(f"{utt}|0.9") == pytest.approx(length / 0.9, abs=2)
    assert store.num_samples(f"{utt}|1.1") == pytest.approx(length / 1.1, abs=2)
    assert store.speeds == (1.0, 0.9, 1.1)


def test_speed_moves_a_tone_by_its_factor():
    time_s = np.arange(RATE_HZ) / RATE_HZ
    slow = change_speed(np.sin(2 * np.pi * 1000 * time_s).astype(np.float32), 0.9)
    # y(t) = x(0.9 t) is a tone of 900 Hz; soxr has no delay, so the samples themselves can be compared.
    expected = np.sin(2 * np.pi * 900 * np.arange(len(slow)) / RATE_HZ)
    np.testing.assert_allclose(slow[500:-500], expected[500:-500], atol=1e-3)
    assert speed_id("a", 1.0) == "a"


def test_bad_files_are_counted_and_left_out(tmp_path, corpus):
    corpus.audio[corpus.utts[1]].path.write_bytes(b"")
    corpus.audio[corpus.utts[2]].path.unlink()
    store = AudioStore.build(corpus, tmp_path / "store")
    assert store.dropped == {corpus.utts[1]: "empty", corpus.utts[2]: "missing"}
    assert len(store) == 4
    assert corpus.utts[1] not in store
    with pytest.raises(InputError, match=r"no line 's00-001' in the audio store \(empty\)"):
        store.samples(corpus.utts[1])


def test_a_store_is_the_same_whatever_the_number_of_threads(tmp_path, corpus):
    AudioStore.build(corpus, tmp_path / "one", threads=1)
    AudioStore.build(corpus, tmp_path / "four", threads=4)
    assert (tmp_path / "one/audio.i16").read_bytes() == (tmp_path / "four/audio.i16").read_bytes()
    assert (tmp_path / "one/utts").read_bytes() == (tmp_path / "four/utts").read_bytes()


def test_samples_equal_what_read_audio_gives(tmp_path, corpus):
    store = AudioStore.open(AudioStore.build(corpus, tmp_path / "store").folder)
    np.testing.assert_array_equal(store.samples("s01-001") / 32768, read_audio(corpus.audio["s01-001"]))


def test_a_pickled_store_is_small_and_opens_again(tmp_path, corpus):
    store = AudioStore.build(corpus, tmp_path / "store")
    content = pickle.dumps(store)
    assert len(content) < 1000
    again = pickle.loads(content)
    np.testing.assert_array_equal(again.samples("s00-000"), store.samples("s00-000"))


def test_a_corpus_without_a_readable_line_leaves_nothing(tmp_path):
    with pytest.raises(InputError, match=r"no line of the corpus can be read \(1 tried\)"):
        AudioStore.build(Corpus({"u": AudioRef(tmp_path / "no.wav")}, {"u": "s"}), tmp_path / "store")
    assert list(tmp_path.iterdir()) == []


def test_many_lines_are_looked_up_at_once(tmp_path, corpus):
    store = AudioStore.build(corpus, tmp_path / "store")
    wanted = StringArray.from_texts([corpus.utts[4], "gone", corpus.utts[0]])
    assert store.rows(wanted).tolist() == [4, -1, 0]
    assert (corpus.utts[4] in store, "gone" in store, 4 in store) == (True, False, False)


def test_a_cut_store_is_refused(tmp_path, corpus):
    folder = AudioStore.build(corpus, tmp_path / "store").folder
    with (folder / "audio.i16").open("r+b") as file:
        file.truncate(100)
    with pytest.raises(InputError, match="build the store again"):
        AudioStore.open(folder)
    (folder / "utts").unlink()
    with pytest.raises(InputError, match="has no utts"):
        AudioStore.open(folder)


@pytest.mark.parametrize("speeds", [(), (0.0,), (1.0, 1.0)])
def test_speeds_that_make_no_sense_are_refused(tmp_path, corpus, speeds):
    with pytest.raises(InputError, match="expected different factors above 0"):
        AudioStore.build(corpus, tmp_path / "store", speeds=speeds)
