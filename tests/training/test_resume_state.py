import pytest
import torch

from kowairo.losses import AAMSoftmax, MarginSchedule
from kowairo.models import build_encoder
from kowairo.training import AdamW, Head, SpeakerModel, SpeakerModule, StepRules, WarmupCosine
from kowairo.training.progress import Progress
from kowairo.training.resume_state import RunRecord, restore_state, save_state


@pytest.fixture
def make(tiny_encoder):
    def build(seed):
        torch.manual_seed(seed)
        model = SpeakerModel(build_encoder(tiny_encoder), Head(AAMSoftmax(8, 2, seed=seed), ["a", "b"]))
        rules = StepRules(AdamW(), WarmupCosine(), MarginSchedule(), total_steps=9, ema_decay=0.9)
        return SpeakerModule(model, rules)

    with torch.random.fork_rng(devices=[]):
        yield build


@pytest.fixture
def saved(make, tmp_path):
    module = make(0)
    for parameter in module.model.parameters():
        parameter.grad = torch.ones_like(parameter)
    module.optimizer.step()
    module.average.update(module.model)
    module.progress.step, module.progress.batch, module.progress.loss_sum = 7, 3, 0.1 + 0.2
    save_state(tmp_path / "resume.ckpt", module, RunRecord("x", best_eer=0.25, rows=[{"epoch": 0.0}]))
    return module, tmp_path / "resume.ckpt"


def test_everything_comes_back(make, saved):
    module, path = saved
    other, record = make(1), RunRecord("x")
    assert restore_state(path, other, record)
    assert other.progress == module.progress == Progress(step=7, batch=3, loss_sum=0.1 + 0.2)
    assert record == RunRecord("x", best_eer=0.25, rows=[{"epoch": 0.0}])
    for key, value in module.state_dict().items():
        assert torch.equal(value, other.state_dict()[key]), key
    ours, theirs = (m.optimizer.state_dict()["state"] for m in (module, other))
    assert all(torch.equal(ours[index]["exp_avg_sq"], theirs[index]["exp_avg_sq"]) for index in ours)


def test_a_state_that_the_disk_has_no_room_for_leaves_the_older_one(make, saved, disk_for):
    module, path = saved
    before = path.read_bytes()
    with disk_for(len(before) // 2), pytest.raises(OSError, match="File too large"):
        save_state(path, module, RunRecord("x"))
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_the_counters_are_changed_in_place(make, saved):
    other = make(1)
    progress = other.progress
    restore_state(saved[1], other, RunRecord("x"))
    assert progress is other.progress
    assert progress.step == 7


def test_a_state_of_another_run_is_left_alone(make, saved):
    other = make(1)
    before = {key: value.clone() for key, value in other.state_dict().items()}
    assert not restore_state(saved[1], other, RunRecord("y"))
    assert all(torch.equal(before[key], value) for key, value in other.state_dict().items())


@pytest.mark.parametrize("size", [0, 100])
def test_a_state_that_is_no_state_starts_the_stage_anew(make, saved, size, caplog):
    saved[1].write_bytes(saved[1].read_bytes()[:size])
    assert not restore_state(saved[1], make(1), RunRecord("x"))
    assert "cannot be read" in caplog.text


def test_without_a_state_the_stage_starts(make, tmp_path):
    assert not restore_state(tmp_path / "none", make(0), RunRecord("x"))
