import pytest

from kowairo.core import InputError
from kowairo.training.enhancement import EnhancementConfig


def test_defaults_are_allowed_and_those_of_the_project():
    config = EnhancementConfig()
    assert (config.optimizer, config.learning_rate, config.lr_step_epochs, config.lr_decay, config.seed) == (
        "Adam",
        1e-3,
        5,
        0.95,
        10,
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": "mean"}, "expected target normalize_average or average_normalize"),
        ({"left_out": "all"}, "expected left_out input or nothing"),
        ({"optimizer": "AdamW"}, "expected optimizer Adam or SGD"),
        ({"order": "sorted"}, "expected order shuffled or blocks"),
        ({"keep": "first"}, "expected keep best or last"),
        ({"trial_score": "dot"}, "expected trial_score cosine or euclidean"),
        ({"max_epochs": 0}, "expected max_epochs above 0, got 0"),
        ({"max_per_speaker": 0}, "expected max_per_speaker above 0, got 0"),
    ],
)
def test_bad_settings_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        EnhancementConfig(**options)
