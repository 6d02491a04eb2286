import numpy as np
import pytest
import torch

from kowairo.core import AudioRef
from kowairo.data import AudioError, read_audio
from kowairo.inference import CropPlan, NonFiniteEmbeddingError, embed_file, embed_samples
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


def test_each_crop_is_embedded_as_if_alone_and_the_mean_is_theirs(corpus, encoder):
    samples = read_audio(corpus.audio[corpus.utts[0]])
    plans = {vectors: CropPlan(3, 0.5, vectors) for vectors in ("each", "mean")}
    found = {name: embed_samples(samples, encoder, name="x", crops=plan) for name, plan in plans.items()}
    assert found["each"].shape == (3, 8)
    for row, start in zip(found["each"], (0, (len(samples) - 8000) // 2, len(samples) - 8000), strict=True):
        alone = embed_samples(samples[start : start + 8000], encoder, name="x")
        np.testing.assert_allclose(row, alone, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found["mean"], found["each"].mean(axis=0), rtol=1e-5)


def test_crops_are_of_what_the_duration_leaves(corpus, encoder):
    samples = read_audio(corpus.audio[corpus.utts[0]])
    plan = CropPlan(2, 0.5)
    short = embed_samples(samples, encoder, name="x", max_duration_s=0.5, crops=plan)
    np.testing.assert_allclose(short, embed_samples(samples[:8000], encoder, name="x"), rtol=1e-4, atol=1e-5)
