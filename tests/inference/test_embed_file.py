import numpy as np
import pytest
import torch

from kowairo.core import AudioRef
from kowairo.data import AudioError, read_audio
from kowairo.inference import NonFiniteEmbeddingError, embed_file
from kowairo.models import load_encoder


@pytest.fixture
def encoder(checkpoint):
    return load_encoder(checkpoint)


def test_the_vector_is_raw_float32(corpus, encoder):
    ref = corpus.audio[corpus.utts[0]]
    vector = embed_file(ref, encoder)
    with torch.inference_mode():
        expected = encoder(torch.from_numpy(read_audio(ref))[None])[0].numpy()
    assert vector.dtype == np.float32
    np.testing.assert_array_equal(vector, expected)


def test_a_bad_file_keeps_its_reason(encoder, tmp_path):
    with pytest.raises(AudioError) as caught:
        embed_file(AudioRef(tmp_path / "gone.wav", None), encoder)
    assert caught.value.reason == "missing"


def test_a_broken_encoder_is_named_not_stored(corpus, encoder):
    with torch.no_grad():
        next(encoder.parameters()).fill_(float("nan"))
    with pytest.raises(NonFiniteEmbeddingError, match="is the checkpoint whole"):
        embed_file(corpus.audio[corpus.utts[0]], encoder)
