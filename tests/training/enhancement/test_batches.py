import numpy as np
import pytest
import torch

from kowairo.core import EmbeddingSet
from kowairo.training.enhancement import EnhancementConfig, Processes, multi_utterance_targets
from kowairo.training.enhancement.batch import LabelNames
from kowairo.training.enhancement.batches import EnhancementBatches


def rows(batches, epoch=0):
    return list(batches.epoch(epoch))


@pytest.mark.parametrize("order", ["shuffled", "blocks"])
@pytest.mark.parametrize("target", ["normalize_average", "average_normalize"])
def test_inputs_are_unit_rows_with_the_targets_of_all_at_once(train_side, order, target):
    items = train_side.items()
    vectors = train_side.embeddings.vectors
    _, targets = multi_utterance_targets(
        vectors, list(train_side.utt2spk.values()), target=target, left_out="input"
    )
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    seen = []
    config = EnhancementConfig(batch_size=100, order=order, target=target)
    for batch in rows(EnhancementBatches(items, config)):
        numbers = (batch.inputs.numpy() @ unit.T).argmax(axis=1).tolist()
        assert batch.inputs.numpy() == pytest.approx(unit[numbers], abs=1e-6)
        assert batch.targets.numpy() == pytest.approx(targets[numbers], abs=1e-5)
        assert batch.labels.speakers.tolist() == items.speakers[numbers].tolist()
        seen += numbers
    assert sorted(seen) == list(range(480))


def test_negatives_are_means_of_the_other_speaker(train_side):
    items = train_side.items("triplet")
    batch = rows(EnhancementBatches(items, EnhancementConfig(batch_size=480)))[0]
    unit = train_side.embeddings.vectors.astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    # The one batch is in the order of the file.
    expected = [unit[items.row_speakers == other].mean(axis=0) for other in items.others]
    assert batch.labels.negatives.numpy() == pytest.approx(np.array(expected), abs=1e-6)


def test_pairs_of_a_speaker_stay_together(train_side):
    items = train_side.items("distribution").usable(min_utterances=2)
    batches = EnhancementBatches(items, EnhancementConfig(speakers_per_step=1))
    found = rows(batches)
    assert len(found) == 60
    for batch in found:
        assert len(batch.labels.speakers.unique()) == 1
        assert len(batch.inputs) == 2 * len(batch.labels.same_session) == 16
        assert batch.labels.same_session.sum() == 4
    many = rows(EnhancementBatches(items, EnhancementConfig(speakers_per_step=7, max_per_speaker=3)))
    assert [len(batch.inputs) for batch in many] == [42] * 8 + [24]


def test_classes_of_strangers_are_minus_one(train_side):
    items = train_side.items()
    names = (items.names[2], "somebody", items.names[0])
    batch = rows(EnhancementBatches(items, EnhancementConfig(batch_size=480), names=LabelNames(names)))[0]
    assert batch.labels.speakers[:24].tolist() == [2] * 8 + [-1] * 8 + [0] * 8


@pytest.mark.parametrize("kind", ["normal", "distribution"])
def test_processes_share_the_batches_of_one(train_side, kind):
    items = train_side.items(kind).usable(min_utterances=2)
    config = EnhancementConfig(batch_size=50, speakers_per_step=4)
    whole = rows(EnhancementBatches(items, config), epoch=3)
    parts = [
        rows(EnhancementBatches(items, config, processes=Processes(rank, 3)), epoch=3) for rank in range(3)
    ]
    for together, *shares in zip(whole, *parts, strict=True):
        joined = torch.cat([share.inputs for share in shares])
        assert sorted(map(tuple, joined.tolist())) == sorted(map(tuple, together.inputs.tolist()))
        assert sum(share.share for share in shares) == pytest.approx(1.0)


def test_a_process_may_have_nothing_of_a_batch(toys):
    items = toys("t", 2, each=2).items("triplet")
    batches = [
        rows(EnhancementBatches(items, EnhancementConfig(), processes=Processes(r, 5))) for r in range(5)
    ]
    assert [len(batch.inputs) for (batch,) in batches] == [1, 1, 1, 1, 0]
    assert batches[4][0].share == 0.0


@pytest.mark.parametrize("order", ["shuffled", "blocks"])
def test_memory_mapped_embeddings_give_the_same_batches(train_side, order, tmp_path):
    train_side.embeddings.save(tmp_path / "set")
    mapped = type(train_side)(EmbeddingSet.load(tmp_path / "set"))
    config = EnhancementConfig(order=order)
    for ours, theirs in zip(
        rows(EnhancementBatches(train_side.items(), config)),
        rows(EnhancementBatches(mapped.items(), config)),
        strict=True,
    ):
        assert torch.equal(ours.inputs, theirs.inputs)
        assert torch.equal(ours.targets, theirs.targets)
