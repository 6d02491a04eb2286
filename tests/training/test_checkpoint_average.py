import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import AAMSoftmax
from kowairo.models import build_encoder
from kowairo.training import CheckpointAverage, Head, SpeakerModel
from kowairo.training.checkpoint_average import EpochModels, mean_state

ROWS = [{"epoch": float(epoch), "valid_eer": eer} for epoch, eer in enumerate([0.3, 0.1, 0.2, 0.1, 0.4])]


def test_the_last_epochs_are_the_last_rows():
    assert CheckpointAverage(2, "last").epochs(ROWS) == [3, 4]
    assert CheckpointAverage(9, "last").epochs(ROWS) == [0, 1, 2, 3, 4]


def test_the_best_epochs_have_the_lowest_eer_and_of_equals_the_later():
    assert CheckpointAverage(1, "best").epochs(ROWS) == [3]
    assert CheckpointAverage(3, "best").epochs(ROWS) == [1, 2, 3]
    assert CheckpointAverage(3, "best").epochs([{"epoch": 0.0}]) == []


def test_the_mean_by_hand():
    states = [{"w": torch.tensor([value]), "n": torch.tensor(int(value))} for value in (1.0, 2.0, 6.0)]
    mean = mean_state(states)
    assert (mean["w"].item(), mean["n"].item()) == (3.0, 6)
    assert mean["w"].dtype == torch.float32


def test_models_are_kept_as_long_as_they_are_wanted(tiny_encoder, tmp_path):
    model = SpeakerModel(build_encoder(tiny_encoder), Head(AAMSoftmax(8, 2, seed=0), ["a", "b"]))
    models = EpochModels(tmp_path / "epochs", CheckpointAverage(2, "best"))
    for count in range(1, 6):
        with torch.no_grad():
            model.head.loss.weight.fill_(float(count))
        models.keep(model, ROWS[:count])
        models.drop_unwanted(ROWS[:count])
    assert sorted(path.stem for path in (tmp_path / "epochs").iterdir()) == ["0001", "0003"]
    mean = models.mean(ROWS)
    assert torch.equal(mean["head.loss.weight"], torch.full((2, 8), 3.0))  # epochs 1 and 3 hold 2 and 4
    model.load_state_dict(mean)


def test_the_best_of_no_validation_are_refused(tmp_path):
    with pytest.raises(InputError, match="no epoch had validation trials"):
        EpochModels(tmp_path, CheckpointAverage(2, "best")).mean([{"epoch": 0.0}])


@pytest.mark.parametrize("values", [(0, "last"), (1, "first")])
def test_wrong_values_are_refused(values):
    with pytest.raises(InputError, match="average: count >= 1"):
        CheckpointAverage(*values)
