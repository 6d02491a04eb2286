from dataclasses import replace

import pytest
import torch
from torch.optim.lr_scheduler import StepLR

from kowairo.core import KowairoError
from kowairo.enhance import LinearNetV2, LinearNetV3
from kowairo.losses import (
    MSE,
    AdversarialEnhancement,
    Cosine,
    DomainAdaptationCosine,
    EnhancementSoftmax,
)
from kowairo.training.enhancement import EnhancementConfig, EnhancementEpoch
from kowairo.training.enhancement.run_state import RunState, run_fingerprint


def new_state():
    net, loss = LinearNetV2(4, activation="ELU"), EnhancementSoftmax()
    loss.start(embedding_dim=4, num_speakers=3, seed=0)
    optimizer = torch.optim.Adam([*net.parameters(), *loss.parameters()])
    return RunState(net, loss, optimizer, StepLR(optimizer, 1, 0.5))


def step(state):
    state.optimizer.zero_grad()
    state.enhancer(torch.ones(2, 4)).sum().backward()
    state.optimizer.step()
    state.schedule.step()


def test_a_state_comes_back_as_it_was(tmp_path):
    state = new_state()
    step(state)
    state.note(EnhancementEpoch(1, 0.5, 0.1, eers={"valid": 0.2}), keep_last=False)
    state.save(tmp_path / "state.ckpt", "run")
    other = new_state()
    assert other.load(tmp_path / "state.ckpt", "run")
    assert other.history == state.history
    assert other.best == state.best
    step(state)
    step(other)
    for ours, theirs in zip(
        (*state.enhancer.parameters(), *state.loss.parameters()),
        (*other.enhancer.parameters(), *other.loss.parameters()),
        strict=True,
    ):
        assert torch.equal(ours, theirs)


def test_states_of_other_runs_and_broken_ones_are_not_taken_up(tmp_path):
    state = new_state()
    assert not state.load(tmp_path / "state.ckpt", "run")
    state.save(tmp_path / "state.ckpt", "another run")
    assert not state.load(tmp_path / "state.ckpt", "run")
    (tmp_path / "state.ckpt").write_bytes((tmp_path / "state.ckpt").read_bytes()[:1000])
    assert not state.load(tmp_path / "state.ckpt", "run")


@pytest.mark.parametrize(("keep_last", "kept"), [(False, 2), (True, 3)])
def test_the_best_or_the_last_usable_epoch_is_kept(keep_last, kept):
    state = new_state()
    for epoch, eer in enumerate((0.3, 0.1, 0.2, float("inf")), start=1):
        state.note(EnhancementEpoch(epoch, 1.0, 0.1, eers={"valid": eer}), keep_last=keep_last)
    assert state.restore_best().epoch == kept


def test_without_a_usable_epoch_there_is_nothing_to_restore():
    state = new_state()
    state.note(EnhancementEpoch(1, 1.0, 0.1, eers={"valid": float("inf")}), keep_last=True)
    with pytest.raises(KowairoError, match="no epoch gave embeddings with a direction"):
        state.restore_best()


def test_the_fingerprint_depends_on_net_loss_settings_and_data(train_side, valid_side):
    def fingerprint(net=None, *, sigma=1.0, items=train_side, start="drawn", **config):
        net = net or LinearNetV3(16)
        loss, settings = DomainAdaptationCosine(sigma=sigma), EnhancementConfig(**config)
        return run_fingerprint(net, loss, settings, items.items("distribution"), start=start)

    assert fingerprint() == fingerprint(max_epochs=99, patience=3)
    others = {
        fingerprint(LinearNetV3(16, activation="ELU")),
        fingerprint(sigma=0.1),
        fingerprint(seed=1),
        fingerprint(items=valid_side),
        fingerprint(start="given"),
    }
    assert len(others | {fingerprint()}) == 6


def test_the_fingerprint_depends_on_what_judges_and_on_losses_within_losses(train_side, valid_side):
    net, settings, valid = LinearNetV3(16), EnhancementConfig(), valid_side.items()

    def fingerprint(loss=None, **judges):
        loss = AdversarialEnhancement(towards=Cosine()) if loss is None else loss
        return run_fingerprint(net, loss, settings, train_side.items(), start="drawn", **judges)

    others = {
        fingerprint(AdversarialEnhancement(towards=MSE())),
        fingerprint(AdversarialEnhancement(towards=DomainAdaptationCosine(sigma=2.0))),
        fingerprint(AdversarialEnhancement(towards=DomainAdaptationCosine(sigma=3.0))),
        fingerprint(valid=valid),
        fingerprint(valid=replace(valid, domain_names=("a",))),
        fingerprint(valid=replace(valid, clean=train_side.embeddings, clean_rows=valid.rows)),
        fingerprint(eers={"valid": 0.1}),
        fingerprint(eers={"valid": 0.2}),
        fingerprint(eers={"other": 0.2}),
    }
    assert len(others | {fingerprint()}) == 10
    assert fingerprint(eers={"valid": 0.1}) in others
