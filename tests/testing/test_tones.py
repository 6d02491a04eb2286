"""Tests of the tone voices."""

import wave

import numpy as np

from kowairo.testing.tones import tone_voice, write_tone_corpus


def test_a_line_is_the_same_for_the_same_speaker_and_generator():
    first = tone_voice(3, 0.7, np.random.default_rng(1))
    again = tone_voice(3, 0.7, np.random.default_rng(1))
    assert first.dtype == np.float32
    assert first.shape == (11200,)
    np.testing.assert_array_equal(first, again)


def test_lines_of_one_speaker_differ_and_stay_in_range():
    first = tone_voice(3, 0.7, np.random.default_rng(1))
    other = tone_voice(3, 0.7, np.random.default_rng(2))
    assert np.abs(first - other).max() > 0.01
    assert 0.2 < np.abs(first).max() <= 0.5


def test_long_term_spectra_are_nearer_within_a_speaker_than_across():
    def spectrum(speaker: int, line: int) -> np.ndarray:
        samples = tone_voice(speaker, 1.5, np.random.default_rng(line))
        power = np.abs(np.fft.rfft(samples)) ** 2
        bands = np.log([band.sum() for band in np.array_split(power, 60)])
        return bands - bands.mean()

    spectra = np.array([[spectrum(speaker, line) for line in range(2)] for speaker in range(6)])
    within = np.linalg.norm(spectra[:, 0] - spectra[:, 1], axis=1).mean()
    across = np.linalg.norm(spectra[:, 0] - np.roll(spectra[:, 1], 1, axis=0), axis=1).mean()
    assert within < 0.7 * across


def test_a_corpus_has_its_files_and_tables(tmp_path):
    corpus = write_tone_corpus(tmp_path, 2, 3, 0)
    assert corpus.speakers == ["s00", "s01"]
    assert len(corpus.utts) == 6
    assert len(set(corpus.utt_tables["text"].values())) == 6
    with wave.open(str(tmp_path / "audio" / "s01-002.wav")) as file:
        assert (file.getframerate(), file.getnchannels()) == (16000, 1)
        assert abs(file.getnframes() / 16000 - float(corpus.utt_tables["utt2dur"]["s01-002"])) < 1e-3


def test_equal_seeds_write_equal_files(tmp_path):
    write_tone_corpus(tmp_path / "a", 1, 2, 5)
    write_tone_corpus(tmp_path / "b", 1, 2, 5)
    assert (tmp_path / "a/audio/s00-001.wav").read_bytes() == (tmp_path / "b/audio/s00-001.wav").read_bytes()
