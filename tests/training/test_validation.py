from dataclasses import replace

import numpy as np
import pytest
import torch

from kowairo.core import InputError, Trials
from kowairo.losses import AAMSoftmax
from kowairo.models import build_encoder
from kowairo.training import Head, SpeakerModel, StageConfig, StoredAudio
from kowairo.training.stage_data import stage_data
from kowairo.training.validation import closed_logits, embed_utterances, speaker_classes


@pytest.fixture
def data(data_folder, store):
    return stage_data(StageConfig(name="x"), data_folder, store=store)


@pytest.fixture
def model(tiny_encoder, data):
    classes = [*data.items.classes, "s00|0.9"]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        encoder = build_encoder(tiny_encoder)
    return SpeakerModel(encoder, Head(AAMSoftmax(8, len(classes), seed=0), classes)).eval()


def test_all_figures_are_shares(model, data):
    metrics = data.validation(model)
    assert set(metrics) == {
        "closed_accuracy",
        "macro_precision",
        "macro_recall",
        "macro_f1",
        "valid_eer",
    }
    assert all(0.0 <= value <= 1.0 for value in metrics.values())


def test_one_worker_or_three_give_the_same_vectors(model, store):
    utts = [utt for utt in store.utts if "|" not in utt][:9]
    first, second = (
        embed_utterances(model.encoder, StoredAudio(store), utts, max_samples=8000, workers=workers)[0]
        for workers in (1, 3)
    )
    np.testing.assert_array_equal(first, second)


def test_threads_of_torch_are_put_back(model, store):
    before = torch.get_num_threads()
    embed_utterances(model.encoder, StoredAudio(store), store.utts[:2], max_samples=8000, workers=2)
    assert torch.get_num_threads() == before


def test_utterances_without_audio_are_left_out(model, store):
    utts = [store.utts[0], "gone"]
    vectors, embedded = embed_utterances(model.encoder, StoredAudio(store), utts, max_samples=8000, workers=1)
    assert (len(vectors), embedded) == (1, utts[:1])


def test_a_perfect_head_recognises_every_closed_line(model, data):
    closed = data.validation.closed
    vectors, _ = embed_utterances(model.encoder, closed.source, closed.utts, max_samples=160000, workers=1)
    with torch.no_grad():
        for row, name in enumerate(model.head.classes[:8]):
            model.head.loss.weight[row] = torch.from_numpy(vectors[closed.speakers.index(name)])
    assert replace(data.validation, trials=None)(model)["closed_accuracy"] == 1.0


def test_speed_copies_are_no_candidates(model, data):
    rows, names = speaker_classes(model.head)
    logits, labels = closed_logits(model, data.validation.closed, max_samples=8000, workers=1)
    assert (rows, names) == (list(range(8)), data.items.classes)
    assert logits.shape == (8, 8)
    assert sorted(labels) == list(range(8))


def test_trials_of_one_kind_are_refused(model, data):
    trials = data.validation.trials
    targets = Trials(trials.enroll[:1], trials.test[:1], np.array([True]))
    with pytest.raises(InputError, match="both targets and non-targets"):
        replace(data.validation, closed=None, trials=targets)(model)
