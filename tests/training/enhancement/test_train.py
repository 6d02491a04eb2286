import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest
import torch

from kowairo.core import InputError, KowairoError
from kowairo.data.enhancement_lists import ListSource
from kowairo.enhance import LinearNetV1, LinearNetV3, SetTransformer, load_enhancer
from kowairo.losses import MSE, AdversarialEnhancement, Cosine, EnhancementSoftmax, published_loss
from kowairo.training.enhancement import (
    EnhancementConfig,
    EnrollmentList,
    draw_list,
    list_items,
    train_enhancer,
)


def weights_equal(first, second):
    return all(torch.equal(value, second.state_dict()[key]) for key, value in first.state_dict().items())


def test_the_best_epoch_is_kept_and_told(trained, valid_side):
    net, result = trained()
    best = min(result.history, key=lambda record: record.valid_eer)
    assert (result.best_epoch, result.valid_eer) == (best.epoch, best.valid_eer)
    assert [record.epoch for record in result.history] == [1, 2, 3]
    assert (result.num_utterances, result.num_speakers, result.left_out_speakers) == (480, 60, 0)
    tests = valid_side.trials()
    assert tests.eer(net, score="cosine", rule="roc") == result.valid_eer
    assert tests.eer(None, score="cosine", rule="roc") == result.unenhanced_valid_eer
    assert all(record.valid_loss is not None for record in result.history)
    assert not net.training


def test_equal_seeds_give_equal_weights_whatever_the_net_held_before(trained):
    torch.manual_seed(1)
    first, result = trained(LinearNetV1(16, activation="ELU"))
    torch.manual_seed(2)
    again, repeated = trained(LinearNetV1(16, activation="ELU"))
    other, _ = trained(LinearNetV1(16, activation="ELU"), seed=11)
    assert weights_equal(first, again)
    assert result == repeated
    assert not weights_equal(first, other)


def test_a_given_start_goes_on_from_the_weights_of_the_net(trained):
    net, _ = trained(max_epochs=1)
    before = {key: value.clone() for key, value in net.state_dict().items()}
    trained(net, start="given", max_epochs=1, learning_rate=1e-12)
    assert all(torch.allclose(value, before[key], atol=1e-6) for key, value in net.state_dict().items())


def test_training_leaves_the_global_random_state_as_it_was(trained):
    net = LinearNetV1(16, activation="ELU")
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    trained(net, max_epochs=1)
    assert torch.equal(torch.rand(1), expected)


def test_the_rate_falls_in_steps_and_training_ends_when_patience_does(trained):
    _, result = trained(max_epochs=4, lr_step_epochs=2, lr_decay=0.5, learning_rate=0.01)
    assert [record.learning_rate for record in result.history] == pytest.approx([0.01, 0.01, 0.005, 0.005])
    _, result = trained(max_epochs=8, patience=1, learning_rate=0.05)
    assert len(result.history) == result.best_epoch + 1


def test_validation_comes_at_its_interval_and_at_the_end(trained):
    _, result = trained(max_epochs=5, validate_every=2, patience=1)
    assert [record.valid_eer is not None for record in result.history][:4] == [False, True, False, True]
    _, result = trained(max_epochs=3, validate_every=2, keep="last")
    assert result.best_epoch == 3
    assert result.valid_eer is not None


def test_without_trials_the_validation_loss_chooses_and_without_both_the_last_epoch(trained, train_side):
    _, result = trained(tests=[], learning_rate=0.05, max_epochs=6)
    assert result.best_epoch == min(result.history, key=lambda record: record.valid_loss).epoch
    net = LinearNetV3(16, activation="ELU")
    config = EnhancementConfig(max_epochs=2)
    assert train_enhancer(net, MSE(), train_side.items(), config=config).best_epoch == 2


def test_two_test_lists_are_reported_and_the_first_chooses(trained, valid_side, toys):
    foreign = toys("f", 8, seed=5).trials("foreign")
    _, result = trained(tests=[valid_side.trials(), foreign])
    assert list(result.eers) == list(result.unenhanced_eers) == ["valid", "foreign"]
    assert result.best_epoch == min(result.history, key=lambda record: record.eers["valid"]).epoch


@pytest.mark.parametrize("optimizer", ["Adam", "SGD"])
def test_the_loss_falls(trained, optimizer):
    rate = {"Adam": 1e-3, "SGD": 0.1}[optimizer]
    _, result = trained(loss=MSE(), optimizer=optimizer, learning_rate=rate)
    assert result.history[-1].loss < result.history[0].loss


@pytest.mark.parametrize("name", ["MAE", "Softmax", "MSE_Softmax", "MyTriplet_CS", "DA", "DA_MSE"])
def test_every_kind_of_loss_trains(trained, name):
    loss = published_loss(name, sigma=0.1)
    _, result = trained(loss=loss, kind=loss.list_kind, max_epochs=2, speakers_per_step=10)
    assert result.history[-1].loss < result.history[0].loss


def test_speakers_without_two_sessions_are_skipped_and_counted_and_nothing_is_nan(train_side, valid_side):
    utts = train_side.embeddings.utts
    # The first ten speakers keep one session only.
    kept = [utt for utt in utts if utt > "t010" or "/a/" in utt]
    side = type(train_side)(train_side.embeddings.subset(kept))
    loss = published_loss("DA", sigma=0.1)
    net = LinearNetV3(16, activation="ELU")
    config = EnhancementConfig(max_epochs=2, speakers_per_step=5)
    result = train_enhancer(net, loss, side.items("distribution"), config=config)
    assert (result.left_out_speakers, result.num_speakers) == (10, 50)
    assert all(0 < record.loss < 3 for record in result.history)


def test_a_classifier_is_trained_along(trained):
    loss = EnhancementSoftmax()
    trained(loss=loss, max_epochs=1)
    assert loss.weight.shape == (60, 16)
    assert loss.bias.abs().max() > 0


@pytest.mark.slow
def test_a_net_of_sets_beats_the_plain_mean_of_speakers_it_never_saw(train_side, valid_side, toys):
    net = SetTransformer(16, width=32, num_blocks=1)
    valid, unseen = (
        EnrollmentList.draw(name, side.embeddings, side.utt2spk, sizes=[2, 3], seed=0)
        for name, side in (("valid", valid_side), ("unseen", toys("u", 40, seed=2)))
    )
    config = EnhancementConfig(max_epochs=30, batch_size=32, max_set_size=4)
    result = train_enhancer(
        net, Cosine(), train_side.items(), valid=valid_side.items(), tests=[valid, unseen], config=config
    )
    assert result.eers["unseen"] < 0.9 * result.unenhanced_eers["unseen"]


def test_an_adversary_is_trained_on_domains_and_knows_those_of_validation(train_side, valid_side):
    def items(side):
        lines = draw_list(ListSource.of_paths(side.embeddings.utts), "normal", seed=0)
        styles = {utt: utt.split("/")[1] for utt in side.embeddings.utts}
        return list_items(lines, side.embeddings, utt2domain=styles)

    loss, net = AdversarialEnhancement(towards=Cosine()), LinearNetV3(16, activation="ELU")
    config = EnhancementConfig(max_epochs=2)
    result = train_enhancer(net, loss, items(train_side), valid=items(valid_side), config=config)
    assert 0.2 < result.history[-1].valid_figure < 0.8  # the two styles are blurred, and half of all are one
    with pytest.raises(InputError, match="AdversarialEnhancement needs domains of the training items"):
        train_enhancer(net, AdversarialEnhancement(), train_side.items(), config=config)


def test_other_trials_make_another_training(trained, toys, tmp_path):
    trained(folder=tmp_path / "run")
    other = toys("w", 8, seed=3).trials("other")
    _, result = trained(folder=tmp_path / "run", tests=[other])
    assert set(result.eers) == set(result.unenhanced_eers) == {"other"}
    assert all(set(epoch.eers) == {"other"} for epoch in result.history)


def test_a_diverging_loss_is_an_error(trained):
    with pytest.raises(KowairoError, match="the loss became"):
        trained(loss=MSE(), optimizer="SGD", learning_rate=1e6)


def test_a_training_can_be_prolonged(trained, tmp_path):
    trained(folder=tmp_path / "run", max_epochs=2)
    longer, result = trained(folder=tmp_path / "run", max_epochs=4)
    whole, expected = trained(max_epochs=4)
    assert weights_equal(longer, whole)
    assert result == expected
    assert (tmp_path / "run" / "scores.txt").read_text().count("TLOSS") == 4


WORKER = """
import sys
from pathlib import Path
import numpy as np
from kowairo.core import EmbeddingSet, Trials
from kowairo.data.enhancement_lists import ListSource
from kowairo.enhance import LinearNetV1, save_enhancer
from kowairo.losses import MSESoftmax
from kowairo.training.enhancement import *

out = Path(sys.argv[1])
rng = np.random.default_rng(0)
utts = [f"s{i // 10:03d}/a/{i}" for i in range(3000)]
vectors = EmbeddingSet(rng.normal(size=(3000, 32)).astype(np.float32), utts)
items = list_items(draw_list(ListSource.of_paths(utts), "normal", seed=0), vectors)
net = LinearNetV1(32, activation="ELU")
config = EnhancementConfig(batch_size=64, max_epochs=8, lr_step_epochs=3, keep="last")
train_enhancer(net, MSESoftmax(), items, config=config, folder=out)
save_enhancer(net, out)
"""


@pytest.mark.slow
def test_a_killed_training_ends_in_the_same_weights_bit_for_bit(tmp_path):
    (tmp_path / "worker.py").write_text(textwrap.dedent(WORKER))
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}

    def start(name):
        return subprocess.Popen([sys.executable, tmp_path / "worker.py", tmp_path / name], env=environment)

    assert start("whole").wait() == 0
    killed, scores = start("killed"), tmp_path / "killed" / "scores.txt"
    while killed.poll() is None and not (scores.is_file() and scores.read_text().count("TLOSS") >= 3):
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    assert not (tmp_path / "killed" / "model.safetensors").exists()
    assert start("killed").wait() == 0
    first, second = (load_enhancer(tmp_path / name) for name in ("whole", "killed"))
    assert weights_equal(first, second)
    assert scores.read_text() == (tmp_path / "whole" / "scores.txt").read_text()
