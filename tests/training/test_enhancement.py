import numpy as np
import pytest
import torch

from kowairo.core import EmbeddingSet, InputError, KowairoError, Trials
from kowairo.enhance import LinearNetV1, LinearNetV3, apply_enhancer
from kowairo.losses import MSE, Cosine
from kowairo.scoring import eer, score_trials
from kowairo.training.enhancement import EnhancementConfig, multi_utterance_targets, train_enhancer

_VECTORS = np.array([[3.0, 0.0], [0.0, 1.0], [5.0, 5.0]])


@pytest.mark.parametrize(
    ("target", "left_out", "rows", "expected"),
    [
        ("normalize_average", "nothing", [0, 1, 2], [[0.5, 0.5], [0.5, 0.5], [0.5**0.5, 0.5**0.5]]),
        ("normalize_average", "input", [0, 1], [[0, 1], [1, 0]]),
        ("average_normalize", "nothing", [0, 1, 2], [[0.9**0.5, 0.1**0.5]] * 2 + [[0.5**0.5, 0.5**0.5]]),
        ("average_normalize", "input", [0, 1], [[0, 1], [1, 0]]),
    ],
)
def test_targets_of_hand_worked_speakers(target, left_out, rows, expected):
    found, targets = multi_utterance_targets(_VECTORS, ["a", "a", "b"], target=target, left_out=left_out)
    assert found.tolist() == rows
    assert targets == pytest.approx(np.array(expected), abs=1e-6)


@pytest.mark.parametrize("target", ["normalize_average", "average_normalize"])
def test_targets_that_leave_the_input_out_equal_a_naive_loop(target):
    rng = np.random.default_rng(0)
    vectors, speakers = rng.normal(size=(30, 4)), [f"s{i}" for i in rng.integers(0, 6, 30)]
    rows, targets = multi_utterance_targets(vectors, speakers, target=target, left_out="input")
    for row, ours in zip(rows, targets, strict=True):
        others = [vectors[j] for j in range(30) if j != row and speakers[j] == speakers[row]]
        if target == "normalize_average":
            expected = np.mean([x / np.linalg.norm(x) for x in others], axis=0)
        else:
            expected = np.mean(others, axis=0) / np.linalg.norm(np.mean(others, axis=0))
        assert ours == pytest.approx(expected, abs=1e-6)


def speakers_with_noise(names, *, each=8, dim=16, seed=0):
    """Speakers in a few directions of the space, utterances disturbed mostly in the others."""
    rng = np.random.default_rng(seed)
    scale = np.where(np.arange(dim) < 6, 1.0, 0.1)
    noise = np.where(np.arange(dim) < 6, 0.25, 1.2)
    centres = rng.normal(size=(len(names), dim)) * scale
    vectors = np.repeat(centres, each, axis=0) + rng.normal(size=(len(names) * each, dim)) * noise
    utts = [f"{name}-{i}" for name in names for i in range(each)]
    return EmbeddingSet(vectors.astype(np.float32), utts, {}), {utt: utt.split("-")[0] for utt in utts}


def all_trials(embeddings, utt2spk):
    first, second = np.triu_indices(len(embeddings.utts), k=1)
    utts = embeddings.utts
    target = np.array([utt2spk[utts[i]] == utt2spk[utts[j]] for i, j in zip(first, second, strict=True)])
    return Trials([utts[i] for i in first], [utts[j] for j in second], target)


def trained(net=None, *, loss=None, **config):
    train, utt2spk = speakers_with_noise([f"t{i}" for i in range(60)])
    valid, valid_utt2spk = speakers_with_noise([f"v{i}" for i in range(12)], seed=1)
    net = net or LinearNetV3(16, activation="ELU", dropout=0.1)
    result = train_enhancer(
        net,
        loss or Cosine(),
        train,
        utt2spk,
        valid=valid,
        valid_trials=all_trials(valid, valid_utt2spk),
        valid_utt2spk=valid_utt2spk,
        config=EnhancementConfig(**{"max_epochs": 3, "batch_size": 64, **config}),
    )
    return net, result


@pytest.mark.slow
def test_speakers_that_were_never_seen_are_told_apart_better_after_enhancement():
    net, _ = trained(max_epochs=30)
    test, utt2spk = speakers_with_noise([f"x{i}" for i in range(20)], seed=2)
    trials = all_trials(test, utt2spk)
    before, after = (score_trials(s, trials).values for s in (test, apply_enhancer(test, net)))
    rates = [eer(values[trials.target], values[~trials.target]).value for values in (before, after)]
    assert rates[1] < 0.8 * rates[0]


def test_the_best_epoch_is_kept_and_told():
    net, result = trained()
    best = min(result.history, key=lambda record: record.valid_eer)
    assert (result.best_epoch, result.valid_eer) == (best.epoch, best.valid_eer)
    assert [record.epoch for record in result.history] == [1, 2, 3]
    assert (result.num_utterances, result.num_speakers) == (480, 60)
    valid, utt2spk = speakers_with_noise([f"v{i}" for i in range(12)], seed=1)
    trials = all_trials(valid, utt2spk)
    values = score_trials(apply_enhancer(valid, net), trials).values
    assert eer(values[trials.target], values[~trials.target]).value == pytest.approx(result.valid_eer)
    values = score_trials(valid, trials).values
    plain = eer(values[trials.target], values[~trials.target]).value
    assert result.unenhanced_valid_eer == pytest.approx(plain)
    assert not net.training


def test_equal_seeds_give_equal_weights_whatever_the_net_held_before():
    torch.manual_seed(1)
    first, result = trained(LinearNetV1(16, activation="ELU"))
    torch.manual_seed(2)
    again, repeated = trained(LinearNetV1(16, activation="ELU"))
    other, _ = trained(LinearNetV1(16, activation="ELU"), seed=11)
    for key, value in first.state_dict().items():
        assert torch.equal(value, again.state_dict()[key])
    assert result == repeated
    assert any(not torch.equal(v, other.state_dict()[k]) for k, v in first.state_dict().items())


def test_training_leaves_the_global_random_state_as_it_was():
    net = LinearNetV1(16, activation="ELU")
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    trained(net, max_epochs=1)
    assert torch.equal(torch.rand(1), expected)


def test_the_rate_falls_in_steps_and_training_ends_when_patience_does():
    _, result = trained(max_epochs=4, lr_step_epochs=2, lr_decay=0.5, learning_rate=0.01)
    assert [record.learning_rate for record in result.history] == pytest.approx([0.01, 0.01, 0.005, 0.005])
    _, result = trained(max_epochs=8, patience=1, learning_rate=0.05)
    assert len(result.history) == result.best_epoch + 1


@pytest.mark.parametrize("optimizer", ["Adam", "SGD"])
def test_the_loss_falls(optimizer):
    _, result = trained(loss=MSE(), optimizer=optimizer, learning_rate={"Adam": 1e-3, "SGD": 0.1}[optimizer])
    assert result.history[-1].loss < result.history[0].loss


def test_a_speaker_on_both_sides_is_refused():
    train, utt2spk = speakers_with_noise(["a", "b"])
    trials = all_trials(train, utt2spk)
    with pytest.raises(InputError, match="2 speakers are in training and in validation"):
        train_enhancer(
            LinearNetV3(16),
            MSE(),
            train,
            utt2spk,
            valid=train,
            valid_trials=trials,
            valid_utt2spk=utt2spk,
        )


def test_nets_of_another_dimension_and_diverging_losses_are_refused():
    with pytest.raises(InputError, match="training 16, validation 16, net 8 to 8"):
        trained(LinearNetV3(8))
    with pytest.raises(KowairoError, match="the loss became"):
        trained(loss=MSE(), optimizer="SGD", learning_rate=1e6)


def test_missing_speakers_and_lone_utterances_are_refused():
    train, utt2spk = speakers_with_noise(["a", "b"], each=1)
    valid, valid_utt2spk = speakers_with_noise(["c", "d"], seed=1)
    sides = {"valid": valid, "valid_trials": all_trials(valid, valid_utt2spk), "valid_utt2spk": valid_utt2spk}
    with pytest.raises(InputError, match="a training speaker with two or more utterances"):
        train_enhancer(LinearNetV3(16), MSE(), train, utt2spk, **sides)
    with pytest.raises(InputError, match="no speaker for 1 utterances in utt2spk, the first is 'b-0'"):
        train_enhancer(LinearNetV3(16), MSE(), train, {"a-0": "a"}, **sides)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": "mean"}, "expected target normalize_average or average_normalize"),
        ({"left_out": "all"}, "expected left_out input or nothing"),
        ({"optimizer": "AdamW"}, "expected optimizer Adam or SGD"),
        ({"max_epochs": 0}, "expected max_epochs above 0, got 0"),
    ],
)
def test_bad_settings_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        EnhancementConfig(**options)
