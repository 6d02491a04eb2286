import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.training.enhancement import EnhancementConfig, Processes, pair_items
from kowairo.training.enhancement.set_batches import SetBatches


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("target", ["normalize_average", "average_normalize"])
@pytest.mark.parametrize("left_out", ["input", "nothing"])
def test_every_line_comes_once_and_targets_leave_the_set_out(train_side, target, left_out):
    items, vectors = train_side.items(), train_side.embeddings.vectors
    config = EnhancementConfig(batch_size=50, max_set_size=4, target=target, left_out=left_out)
    seen = []
    for batch in SetBatches(items, config).epoch(0):
        for row, wanted, speaker in zip(batch.inputs, batch.targets, batch.labels.speakers, strict=True):
            present = row[row.ne(0).any(dim=1)].numpy()
            places = (present @ unit(vectors).T).argmax(axis=1)
            seen += places.tolist()
            own = np.flatnonzero(items.row_speakers == int(speaker))
            others = np.setdiff1d(own, places) if left_out == "input" else own
            parts = unit(vectors)[others] if target == "normalize_average" else vectors[others]
            mean = parts.astype(np.float64).mean(axis=0)
            expected = mean if target == "normalize_average" else mean / np.linalg.norm(mean)
            assert wanted.numpy() == pytest.approx(expected, abs=1e-5)
    assert sorted(seen) == list(range(480))


def test_sets_are_of_all_sizes_and_never_of_all_lines_of_a_speaker(train_side):
    sizes = [
        int(row.ne(0).any(dim=1).sum())
        for batch in SetBatches(train_side.items(), EnhancementConfig(max_set_size=99)).epoch(0)
        for row in batch.inputs
    ]
    assert set(sizes) <= set(range(1, 8))
    assert len(set(sizes)) > 4


def test_epochs_differ_and_processes_share(train_side):
    config = EnhancementConfig(batch_size=32)
    first, second = (next(SetBatches(train_side.items(), config).epoch(number)) for number in (0, 1))
    assert first.inputs.shape != second.inputs.shape or not np.array_equal(first.inputs, second.inputs)
    shares = [
        next(SetBatches(train_side.items(), config, processes=Processes(rank, 2)).epoch(0)) for rank in (0, 1)
    ]
    assert sum(len(batch.inputs) for batch in shares) == len(first.inputs)
    assert sum(batch.share for batch in shares) == 1.0


def test_other_items_are_refused(train_side):
    with pytest.raises(InputError, match="trained on a normal list"):
        SetBatches(train_side.items("triplet"), EnhancementConfig())
    pairs = pair_items([train_side.embeddings], train_side.embeddings)
    with pytest.raises(InputError, match="towards the means of speakers"):
        SetBatches(pairs, EnhancementConfig())
