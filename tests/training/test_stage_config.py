import jsonargparse
import pytest
import yaml

from kowairo.core import InputError
from kowairo.training import (
    BalancedSpeakers,
    MarginConfig,
    SpeakerGroups,
    SpecAugment,
    StageConfig,
    WarmupCyclic,
)
from kowairo.training.stage_config import config_values


@pytest.mark.parametrize(
    "values",
    [
        {"epochs": 0},
        {"crop_s": -1.0},
        {"batch_size": 0},
        {"max_speakers": 1},
        {"augment_probability": 1.5},
        {"speeds": ()},
        {"speeds": (1.0, 1.0)},
        {"ema_decay": 1.0},
        {"accumulate": 0},
        {"loss_scale": 0.0},
    ],
)
def test_a_wrong_value_is_refused_by_its_name(values):
    with pytest.raises(InputError, match=next(iter(values))):
        StageConfig(name="x", **values)


def test_margin_shares_become_steps():
    schedule = MarginConfig(initial_rad=0.1, final_rad=0.3, start_fraction=0.1, end_fraction=0.6).schedule(50)
    assert (schedule.start_step, schedule.end_step, schedule.initial, schedule.final) == (5, 30, 0.1, 0.3)


def test_margin_shares_out_of_order_are_refused():
    with pytest.raises(InputError, match="start_fraction <= end_fraction"):
        MarginConfig(start_fraction=0.5, end_fraction=0.4)


def test_values_are_plain_yaml_with_class_paths():
    config = StageConfig(name="x", order=BalancedSpeakers(), spec_augment=SpecAugment(max_time_frames=7))
    values = yaml.safe_load(yaml.safe_dump(config_values(config)))
    assert values["order"] == {"class_path": "kowairo.training.item_order.BalancedSpeakers", "init_args": {}}
    assert values["spec_augment"]["max_time_frames"] == 7
    assert values["speeds"] == [1.0]
    assert values["optimizer"]["init_args"] == {"learning_rate": 0.001, "weight_decay": 0.01}


def test_groups_must_fill_the_batch():
    with pytest.raises(InputError, match="batch_size is 64, but 4 speakers"):
        StageConfig(name="x", order=SpeakerGroups(speakers=4, lines=2))


EXAMPLES = {
    "large margin fine-tuning": """
name: large_margin
epochs: 2
crop_s: 6.0
batch_size: 32
accumulate: 2
optimizer:
  class_path: SGD
  init_args: {learning_rate: 0.0001, momentum: 0.9, weight_decay: 0.0001}
schedule:
  class_path: WarmupExponential
  init_args: {warmup_fraction: 0.0, final_factor: 0.25}
# From the margin of the stage before to 0.5 at once.
margin: {initial_rad: 0.5, final_rad: 0.5, start_fraction: 0.0, end_fraction: 0.0}
""",
    "groups of speakers": """
name: compare
batch_size: 32
order:
  class_path: SpeakerGroups
  init_args: {speakers: 8, lines: 4}
loss:
  class_path: kowairo.losses.WeightedSum
  init_args:
    terms:
    - loss: {class_path: kowairo.losses.AAMSoftmax, init_args: {scale: 30.0}}
    - loss: {class_path: kowairo.losses.AngularPrototypical}
      weight: 0.5
schedule:
  class_path: WarmupCyclic
  init_args: {cycles: 4, peak_decay: 0.5}
""",
    "labels, domains and a teacher": """
name: distil
domain: title
teacher_transform: centre
loss:
  class_path: JointObjective
  init_args:
    terms:
    - loss: {class_path: AAMSoftmax, init_args: {scale: 30.0}}
    - {loss: {class_path: DomainAdversarial}, weight: 0.1}
    - {loss: {class_path: kowairo.losses.CosineDistillation}, weight: 2.0}
""",
    "head first, then the encoder at a tenth of the rate": """
name: finetune
parameter_rules:
- {pattern: "encoder.*", learning_rate_factor: 0.1, frozen_fraction: 0.2}
- {pattern: "encoder.backbone.blocks.0.*", frozen_fraction: 1.0}
ema_decay: 0.999
average: {which: best, count: 3}
""",
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_the_examples_are_read_as_they_are_written(example):
    parser = jsonargparse.ArgumentParser(exit_on_error=False)
    parser.add_argument("--stage", type=StageConfig)
    config = parser.instantiate_classes(parser.parse_object({"stage": yaml.safe_load(example)})).stage
    assert isinstance(config, StageConfig)
    given = yaml.safe_load(example)
    plain = config_values(config)
    for name in ("loss", "batch_size", "crop_s", "accumulate", "domain", "teacher_transform"):
        assert plain[name] == given.get(name, plain[name])


def test_a_loss_with_arguments_stays_plain_in_the_values():
    loss = {"class_path": "kowairo.losses.GE2E", "init_args": {"scale": 5.0}}
    assert config_values(StageConfig(name="x", loss=loss))["loss"] == loss
    assert (
        config_values(StageConfig(name="x", schedule=WarmupCyclic()))["schedule"]["init_args"]["cycles"] == 3
    )
