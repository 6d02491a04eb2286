import pytest
import yaml

from kowairo.core import InputError
from kowairo.training import BalancedSpeakers, MarginConfig, SpecAugment, StageConfig
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
