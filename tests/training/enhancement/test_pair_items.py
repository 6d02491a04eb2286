import numpy as np
import pytest

from kowairo.core import EmbeddingSet, InputError
from kowairo.enhance import OneStepDiffusion, ResidualMLP, apply_enhancer
from kowairo.losses import Cosine
from kowairo.training.enhancement import EnhancementConfig, pair_items, train_enhancer
from kowairo.training.enhancement.batches import EnhancementBatches
from kowairo.training.enhancement.checks import usable_items

CLEAN = EmbeddingSet(2 * np.eye(4, dtype=np.float32), list("abcd"))
NOISY = EmbeddingSet(np.ones((3, 4), dtype=np.float32), ["b", "x", "d"])


def test_lines_are_paired_by_id_and_lone_ones_left_out():
    items = pair_items([NOISY, CLEAN], CLEAN)
    assert items.embeddings.utts == ["b", "d", "a|1", "b|1", "c|1", "d|1"]
    assert items.clean_rows.tolist() == [1, 3, 0, 1, 2, 3]
    (batch,) = EnhancementBatches(items, EnhancementConfig()).epoch(0)
    assert batch.targets.tolist() == np.eye(4)[[1, 3, 0, 1, 2, 3]].tolist()
    assert batch.inputs[0].tolist() == [0.5] * 4


def test_speakers_are_known_where_there_is_a_table():
    assert pair_items([NOISY], CLEAN).names == ("",)
    items = pair_items([NOISY, CLEAN], CLEAN, utt2spk={"a": "s", "b": "t", "d": "t"})
    assert items.names == ("", "s", "t")
    assert [items.names[place] for place in items.speakers] == ["t", "t", "s", "t", "", "t"]
    assert items.num_speakers == 2


def test_ids_that_name_a_condition_are_looked_up_whole():
    noisy = EmbeddingSet(NOISY.vectors[:2], ["a|noisy", "b|noisy"])
    items = pair_items([noisy, noisy], noisy, utt2spk={"a|noisy": "s", "b|noisy": "t"})
    assert [items.names[place] for place in items.speakers] == ["s", "t", "s", "t"]


def test_lines_of_nobody_are_of_no_class():
    items = pair_items([NOISY, CLEAN], CLEAN, utt2spk={"a": "s", "b": "t", "d": "t"})
    (batch,) = EnhancementBatches(items, EnhancementConfig()).epoch(0)
    assert batch.labels.speakers.tolist() == [2, 2, 1, 2, -1, 2]


def test_the_target_of_a_disturbed_line_can_be_the_clean_rest_of_its_speaker():
    items = pair_items([NOISY, CLEAN], CLEAN, utt2spk={"a": "s", "b": "t", "c": "t", "d": "t"})
    config = EnhancementConfig(clean_target="speaker")
    used = usable_items(items, config, name="training")  # "s" has one line, and no rest
    assert [used.embeddings.utts[row] for row in used.rows] == ["b", "d", "b|1", "c|1", "d|1"]
    (batch,) = EnhancementBatches(used, config).epoch(0)
    halves = [[0, 0, 0.5, 0.5], [0, 0.5, 0.5, 0], [0, 0, 0.5, 0.5], [0, 0.5, 0, 0.5], [0, 0.5, 0.5, 0]]
    assert batch.targets.tolist() == halves
    assert batch.inputs[0].tolist() == [0.5] * 4


def test_sets_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="no disturbed line has a clean one"):
        pair_items([NOISY.subset(["x"])], CLEAN)
    with pytest.raises(InputError, match=r"dimension 4 as the clean, got \[3\]"):
        pair_items([EmbeddingSet(np.ones((1, 3), dtype=np.float32), ["a"])], CLEAN)


@pytest.mark.slow
@pytest.mark.parametrize("make", [ResidualMLP, lambda dim: OneStepDiffusion(dim, num_layers=2)])
def test_noise_is_removed_from_lines_of_strangers_without_any_label(make):
    rng = np.random.default_rng(0)
    basis = np.linalg.qr(rng.normal(size=(32, 32)))[0]
    utts = [str(row) for row in range(3000)]
    clean = EmbeddingSet((rng.normal(size=(3000, 8)) @ basis[:8]).astype(np.float32), utts)
    noisy = EmbeddingSet((clean.vectors + rng.normal(size=(3000, 24)) @ basis[8:]).astype(np.float32), utts)
    items = pair_items([noisy.subset(utts[:2500]), clean.subset(utts[:2500])], clean)
    net = make(32)
    result = train_enhancer(net, Cosine(), items, config=EnhancementConfig(max_epochs=8, batch_size=100))
    assert result.num_utterances == 5000

    def cosine(first, second):
        return (first * second).sum(axis=1) / np.linalg.norm(first, axis=1) / np.linalg.norm(second, axis=1)

    held = utts[2500:]
    before = cosine(noisy.rows(held), clean.rows(held)).mean()
    after = cosine(apply_enhancer(noisy.subset(held), net).vectors, clean.rows(held)).mean()
    kept = cosine(apply_enhancer(clean.subset(held), net).vectors, clean.rows(held)).mean()
    assert 1 - after < 0.3 * (1 - before)
    assert kept > 0.95
