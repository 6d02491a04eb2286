"""Tests of the settings of fine-tuning."""

import pytest

from kowairo.core import InputError
from kowairo.models import build_encoder
from kowairo.training import FinetunePlan, ParameterRule, StageConfig
from kowairo.training.finetune_plan import finetune_stage

STAGE = StageConfig(name="x", epochs=10, batch_size=4)
PLAN = FinetunePlan()


def stage_of(tiny_encoder, *, plan=PLAN, stage=STAGE, num_items=400, has_material=False):
    return finetune_stage(
        plan, stage, build_encoder(tiny_encoder), num_items=num_items, has_material=has_material
    )


def test_enough_steps_leave_the_epochs_as_they_are(tiny_encoder):
    found = stage_of(tiny_encoder)
    assert (found.epochs, found.validate_every_epochs, found.augment_probability) == (10, 1, 0.0)


def test_a_small_list_has_more_epochs_and_as_many_validations(tiny_encoder):
    # 8 items are 2 steps an epoch; 200 steps are 100 epochs.
    found = stage_of(tiny_encoder, num_items=8)
    assert (found.epochs, found.validate_every_epochs) == (100, 10)


def test_the_rules_of_the_stage_come_last_and_so_overrule_those_of_the_plan(tiny_encoder):
    own = ParameterRule("encoder.backbone.fc.*", learning_rate_factor=0.7)
    stage = StageConfig(name="x", parameter_rules=(own,))
    rules = stage_of(tiny_encoder, plan=FinetunePlan(warmup_fraction=0.3), stage=stage).parameter_rules
    assert rules[-1] == own
    assert rules[0] == ParameterRule("encoder.*", 0.2, 0.3)


def test_material_is_used(tiny_encoder):
    assert stage_of(tiny_encoder, has_material=True).augment_probability == 0.6
    stage = StageConfig(name="x", augment_probability=0.2)
    assert stage_of(tiny_encoder, stage=stage, has_material=True).augment_probability == 0.2


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"held_out_fraction": 0.0}, "held_out_fraction"),
        ({"held_out_fraction": 0.6}, "held_out_fraction"),
        ({"warmup_fraction": 1.0}, "warmup_fraction"),
        ({"first_layer_factor": 0.0}, "first_layer_factor must be positive"),
        ({"min_duration_s": -1.0}, "min_duration_s must be positive"),
        ({"max_lines": 1}, "max_lines and max_trials are at least 2"),
        ({"head": "old"}, "head is new or continue"),
    ],
)
def test_values_that_make_no_sense_are_refused(values, message):
    with pytest.raises(InputError, match=message):
        FinetunePlan(**values)
