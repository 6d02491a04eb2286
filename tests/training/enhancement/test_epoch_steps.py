import pytest
import torch

from kowairo.core import KowairoError
from kowairo.enhance import LinearNetV2
from kowairo.losses import MSE, Cosine, DomainAdaptationCosine, EnhancementSoftmax
from kowairo.training.enhancement import EnhancementConfig, Processes
from kowairo.training.enhancement.batch import LabelNames
from kowairo.training.enhancement.batches import EnhancementBatches
from kowairo.training.enhancement.epoch_steps import ValidationLoss, train_epoch


def test_the_loss_of_an_epoch_is_the_mean_over_rows(train_side):
    net = LinearNetV2(16, activation="ELU")
    # A rate of zero: every batch is seen by the same net.
    optimizer = torch.optim.SGD(net.parameters(), lr=0.0)
    batches = EnhancementBatches(train_side.items(), EnhancementConfig(batch_size=100))
    found = train_epoch(net, MSE(), optimizer, batches, epoch=0, processes=Processes())
    whole = EnhancementBatches(train_side.items(), EnhancementConfig(batch_size=480))
    (batch,) = whole.epoch(0)
    assert found.loss == pytest.approx(MSE()(net(batch.inputs), batch.targets).item(), rel=1e-5)
    assert 0.0 <= found.data_share <= 1.0


def test_a_loss_that_is_no_number_ends_the_training(train_side):
    net = LinearNetV2(16, activation="ELU")
    with torch.no_grad():
        net.layers[0].weight.fill_(float("nan"))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    batches = EnhancementBatches(train_side.items(), EnhancementConfig())
    with pytest.raises(KowairoError, match="the loss became nan in epoch 3; lower the learning rate"):
        train_epoch(net, MSE(), optimizer, batches, epoch=2, processes=Processes())


def test_validation_is_in_evaluation_mode_and_leaves_the_mode_as_it_was(valid_side):
    net = LinearNetV2(16, activation="ELU").train()
    items = valid_side.items()
    value, figure = ValidationLoss(EnhancementBatches(items, EnhancementConfig(batch_size=7)))(net, Cosine())
    (batch,) = EnhancementBatches(items, EnhancementConfig(batch_size=96)).epoch(0)
    assert value == pytest.approx(Cosine()(net(batch.inputs), batch.targets).item(), rel=1e-5)
    assert figure is None
    assert net.training


def test_a_classifier_has_a_validation_loss_on_its_own_speakers_only(valid_side):
    net, loss, items = LinearNetV2(16, activation="ELU"), EnhancementSoftmax(), valid_side.items()
    loss.start(embedding_dim=16, num_speakers=12, seed=0)
    config = EnhancementConfig()
    value, accuracy = ValidationLoss(EnhancementBatches(items, config))(net, loss)
    assert value > 0
    assert 0 <= accuracy <= 1
    strangers = EnhancementBatches(items, config, names=LabelNames(("x",) * 12))
    assert ValidationLoss(strangers)(net, loss) == (None, None)


def test_the_loss_of_pairs_is_the_mean_over_rows(valid_side):
    net, loss = LinearNetV2(16, activation="ELU"), DomainAdaptationCosine()
    items = valid_side.items("distribution").usable(min_utterances=2)
    batches = EnhancementBatches(items, EnhancementConfig(speakers_per_step=1))
    value, figure = ValidationLoss(batches)(net, loss)
    each = [loss(net(batch.inputs), batch.targets, batch.labels).item() for batch in batches.epoch(0)]
    assert value == pytest.approx(sum(each) / 12, rel=1e-5)
    assert 0 <= figure < value
