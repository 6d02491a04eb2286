"""Toy speakers, and that every objective helps those whom the net never saw, where there is much to learn."""

import numpy as np
import pytest

from kowairo.data.enhancement_lists import ListSource
from kowairo.enhance import LinearNetV3, ResidualMLP
from kowairo.losses import PUBLISHED_LOSSES, published_loss
from kowairo.testing.enhancement_toys import EnhancementToys
from kowairo.training.enhancement import (
    EnhancementConfig,
    TrialList,
    draw_list,
    list_items,
    train_enhancer,
)

ISOTROPIC = EnhancementToys(subspace_dim=None, session_scale=2.0, utterance_scale=3.5)


def test_trials_are_across_sessions_and_half_are_targets():
    toys = EnhancementToys(dim=16, subspace_dim=4)
    embeddings = toys.draw("s", 5, seed=0)
    trials = toys.trials(embeddings, count=100)
    assert trials.target.sum() == 50
    for first, second, target in trials:
        assert (first.split("/")[0] == second.split("/")[0]) == target
        assert not target or first.split("/")[1] != second.split("/")[1]


def test_sets_of_other_seeds_are_of_other_speakers_in_the_same_world():
    toys = EnhancementToys(dim=32, subspace_dim=4, utterance_scale=0.0, session_scale=0.0)
    first, second = (toys.draw("s", 50, seed=seed).vectors for seed in (0, 1))
    assert not np.allclose(first, second)
    # Without disturbances, almost all of the variance is in the four directions of the speakers.
    values = np.linalg.eigvalsh(np.cov(np.concatenate([first, second]).T))
    assert values[-4:].sum() > 0.85 * values.sum()


@pytest.fixture(scope="module")
def worlds():
    """Training items by kind of list, and trials of 100 speakers to choose by and of 500 unseen ones."""
    found = {}
    for name, toys in (("subspaces", EnhancementToys()), ("isotropic", ISOTROPIC)):
        train = toys.draw("t", 2000, seed=0)
        sides = {"valid": toys.draw("v", 100, seed=1), "unseen": toys.draw("u", 500, seed=2)}
        found[name] = train, [TrialList.of(n, side, toys.trials(side)) for n, side in sides.items()]
    return found


def trained(world, loss, net, **config):
    train, tests = world
    items = list_items(draw_list(ListSource.of_paths(train.utts), loss.list_kind, seed=0), train)
    settings = EnhancementConfig(**{"max_epochs": 4, "speakers_per_step": 100, **config})
    return train_enhancer(net, loss, items, tests=tests, config=settings)


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLISHED_LOSSES)
def test_every_objective_lowers_the_eer_of_unseen_speakers(worlds, name):
    loss = published_loss(name)
    # A classifier of 2,000 speakers with four lines each learns these first, and what they share later.
    epochs = 12 if loss.uses_classes else 4
    net = ResidualMLP(512, hidden_dim=256, num_layers=1)
    result = trained(worlds["subspaces"], loss, net, max_epochs=epochs)
    assert result.eers["unseen"] < 0.85 * result.unenhanced_eers["unseen"]
    assert all(np.isfinite(record.loss) for record in result.history)


@pytest.mark.slow
def test_a_published_net_lowers_it_too(worlds):
    net = LinearNetV3(512, activation="ELU", dropout_unit="element")
    result = trained(worlds["subspaces"], published_loss("CS"), net, max_epochs=2)
    assert result.eers["unseen"] < 0.5 * result.unenhanced_eers["unseen"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["CS", "DA"])
def test_where_nothing_can_be_learnt_nothing_changes(worlds, name):
    net = ResidualMLP(512, hidden_dim=256, num_layers=1)
    result = trained(worlds["isotropic"], published_loss(name), net, max_epochs=2)
    before, after = result.unenhanced_eers["unseen"], result.eers["unseen"]
    # 500 speakers, 4,000 trials: a standard error of about 1 % of an EER of 25 %.
    assert abs(after - before) < 0.05
    assert after > 0.9 * before
