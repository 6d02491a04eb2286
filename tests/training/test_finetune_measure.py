"""Tests of the error rates before and after."""

import numpy as np
import pytest

from kowairo.core import EmbeddingSet, InputError, read_scores
from kowairo.inference import embed_corpus
from kowairo.models import build_encoder, load_encoder, save_checkpoint
from kowairo.scoring import score_trials
from kowairo.testing.tones import write_tone_corpus
from kowairo.training import FinetunePlan, importer_for
from kowairo.training.finetune_data import prepare_data
from kowairo.training.finetune_measure import score_checkpoint


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("measured")
    write_tone_corpus(folder / "tones", 16, 4, 5, min_s=0.55, max_s=0.7)
    return prepare_data(importer_for(folder / "tones"), folder / "data", FinetunePlan(), threads=1)


@pytest.fixture
def checkpoint(tiny_encoder, tmp_path):
    save_checkpoint(build_encoder(tiny_encoder), tmp_path / "init", config=tiny_encoder)
    return tmp_path / "init"


def test_scores_are_those_of_embedding_and_scoring_apart(prepared, checkpoint, tmp_path):
    scores = score_checkpoint(checkpoint, prepared, tmp_path / "scores.txt", threads=1)
    embedded = tmp_path / "embeddings"
    embed_corpus(prepared.report.audio, str(checkpoint), embedded, workers=1)
    reference = score_trials(EmbeddingSet.load(embedded), prepared.trials)
    np.testing.assert_allclose(scores.values, reference.values, atol=1e-5)


def test_scores_of_the_same_encoder_and_data_are_taken_up(prepared, checkpoint, tiny_encoder, tmp_path):
    path = tmp_path / "scores.txt"
    score_checkpoint(checkpoint, prepared, path, threads=1)
    before = path.stat().st_mtime_ns
    again = score_checkpoint(checkpoint, prepared, path, threads=1)
    assert path.stat().st_mtime_ns == before
    np.testing.assert_array_equal(again.values, read_scores(path).values)
    other = build_encoder(tiny_encoder)
    save_checkpoint(other, checkpoint, config=tiny_encoder)
    changed = score_checkpoint(checkpoint, prepared, path, threads=1)
    assert not np.array_equal(changed.values, again.values)


def test_embeddings_that_are_not_finite_are_an_error(prepared, checkpoint, tiny_encoder, tmp_path):
    broken = load_encoder(checkpoint)
    next(broken.parameters()).data.fill_(float("nan"))
    save_checkpoint(broken, checkpoint, config=tiny_encoder)
    with pytest.raises(InputError, match="embeddings are not finite"):
        score_checkpoint(checkpoint, prepared, tmp_path / "scores.txt", threads=1)
    assert not (tmp_path / "scores.txt").exists()
