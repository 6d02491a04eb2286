import pytest

from kowairo.core import InputError
from kowairo.enhance import LinearNetV2
from kowairo.losses import DomainAdaptationCosine
from kowairo.training.enhancement import EnhancementConfig
from kowairo.training.enhancement.legacy_config import LegacyConfig

TYPICAL = """\
train_list: lists/vox2_distribution_list.txt
train_path: emb
trainfunc: DA_CS
sigma: 0.1
model: MyLinearNetv2
nOut: 512
activation: ELU
batch_size: 1000
max_epoch: 40
test_interval: 1
lr: 1e-5
lr_decay: 0.99
nClasses: 5994
"""


def read(tmp_path, text):
    (tmp_path / "theirs.yaml").write_text(text)
    return LegacyConfig.read(tmp_path / "theirs.yaml")


def test_a_typical_file_is_read_as_it_is(tmp_path):
    theirs = read(tmp_path, TYPICAL)
    loss, net, config = theirs.make_loss(), theirs.make_net(512), theirs.training()
    assert isinstance(loss, DomainAdaptationCosine)
    assert loss.sigma == 0.1
    assert isinstance(net, LinearNetV2)
    assert dict(net.init_args) == {"dim": 512, "activation": "ELU"}
    assert (config.max_epochs, config.validate_every, config.lr_step_epochs) == (40, 1, 1)
    assert (config.learning_rate, config.lr_decay, config.optimizer) == (1e-5, 0.99, "Adam")
    assert (config.target, config.left_out, config.keep) == ("normalize_average", "nothing", "last")
    assert (config.eer_rule, config.trial_score, config.max_per_speaker) == ("max", "cosine", 500)


def test_missing_keys_have_the_defaults_of_the_project(tmp_path):
    config = read(tmp_path, "lr: 0.001\n").training()
    assert (config.batch_size, config.max_epochs, config.validate_every, config.seed) == (1000, 100, 5, 10)


@pytest.mark.parametrize(
    ("keys", "score"),
    [
        ("trainfunc: MSE", "euclidean"),
        ("trainfunc: MSE\nmultiple_embedding_flag: C", "cosine"),
        ("trainfunc: MSE_CS", "cosine"),
        ("trainfunc: Softmax", "euclidean"),
    ],
)
def test_trials_are_scored_as_there(tmp_path, keys, score):
    assert read(tmp_path, keys).training().trial_score == score


def test_what_the_project_does_not_have_comes_from_beside(tmp_path):
    beside = EnhancementConfig(speaker_overlap="allow", order="blocks", learning_rate=9.0)
    config = read(tmp_path, "lr: 0.5").training(beside=beside)
    assert (config.speaker_overlap, config.order, config.learning_rate) == ("allow", "blocks", 0.5)


def test_unknown_keys_are_named_and_ignored(tmp_path, caplog):
    read(tmp_path, "lr: 0.5\nport: 8888\nnoise: 3\n")
    assert "unknown keys are ignored: noise" in caplog.text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("trainfunc: MMD", "unknown loss 'MMD'"),
        ("optimizer: lamb", "theirs.yaml: expected optimizer adam or sgd, got 'lamb'"),
        ("multiple_embedding_flag: A", "multiple_embedding_flag B or C"),
        ("batch_size: many", "expected batch_size to be of kind int, got 'many'"),
        ("max_epoch: 2.5", "expected max_epoch to be of kind int"),
        ("lr: true", "expected lr to be of kind float"),
        ("- a", "expected keys and values"),
        ("a: [", "not plain YAML"),
    ],
)
def test_wrong_files_are_refused(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read(tmp_path, text).training()


def test_wrong_models_are_refused(tmp_path):
    with pytest.raises(InputError, match="unknown model 'MyNet'"):
        read(tmp_path, "model: MyNet").make_net(512)
    with pytest.raises(InputError, match="expected activation ReLU or ELU, got 'GELU'"):
        read(tmp_path, "activation: GELU").make_net(512)
    with pytest.raises(InputError, match="nOut is 512, but the embeddings have 192"):
        read(tmp_path, "lr: 1").make_net(192)
    with pytest.raises(InputError, match="no such file"):
        LegacyConfig.read(tmp_path / "none.yaml")
