"""Sources of lines: files, and a packed store with speed copies."""

import numpy as np
import pytest
import torch

from kowairo.core import AudioRef, EmbeddingSet, InputError
from kowairo.data import AudioStore, read_audio
from kowairo.inference import AudioFiles, StoredLines, embed_corpus
from kowairo.models import load_encoder


@pytest.fixture
def store(corpus, tmp_path):
    return AudioStore.build(corpus, tmp_path / "store", speeds=(0.9, 1.0))


def test_files_give_what_the_reader_gives(corpus):
    source = AudioFiles(corpus.audio)
    assert source.utts == corpus.utts
    first = corpus.utts[0]
    np.testing.assert_array_equal(
        source.samples(first, sample_rate_hz=16000), read_audio(corpus.audio[first])
    )


def test_a_file_that_is_not_there_has_a_mark_too(corpus):
    gone = {"gone": AudioRef(corpus.audio[corpus.utts[0]].path.with_name("gone.wav"))}
    assert "missing" in next(iter(AudioFiles(gone).marks()))


def test_a_store_is_embedded_with_its_speed_copies(store, corpus, checkpoint, tmp_path):
    embed_corpus(StoredLines(store), checkpoint, tmp_path / "set")
    found = EmbeddingSet.load(tmp_path / "set")
    assert sorted(found.utts) == sorted([*corpus.utts, *(f"{utt}|0.9" for utt in corpus.utts)])
    name = f"{corpus.utts[0]}|0.9"
    samples = torch.from_numpy(store.samples(name).astype(np.float32) / 32768)
    with torch.inference_mode():
        alone = load_encoder(checkpoint)(samples[None])[0].numpy()
    np.testing.assert_allclose(found.rows([name])[0], alone, rtol=1e-5, atol=1e-6)


def test_a_store_of_other_lines_is_embedded_anew(store, corpus, checkpoint, tmp_path):
    embed_corpus(StoredLines(store), checkpoint, tmp_path / "set")
    smaller = AudioStore.build(corpus.subset(corpus.utts[:3]), tmp_path / "store")
    embed_corpus(StoredLines(smaller), checkpoint, tmp_path / "set")
    assert EmbeddingSet.load(tmp_path / "set").utts == corpus.utts[:3]


def test_a_store_has_one_sample_rate_only(store):
    with pytest.raises(InputError, match="the store holds 16000 Hz, the encoder takes 8000 Hz"):
        StoredLines(store).samples(store.utts[0], sample_rate_hz=8000)
