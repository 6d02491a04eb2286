import math

import pytest
import torch

from kowairo.losses import AAMSoftmax, MarginSchedule
from kowairo.models import build_encoder
from kowairo.training import (
    AdamW,
    Head,
    NonFiniteLossError,
    SpeakerModel,
    SpeakerModule,
    StepRules,
    WarmupCosine,
)
from kowairo.training.dataset import CropBatch
from kowairo.training.progress import Progress


@pytest.fixture
def batch():
    waveforms = 0.1 * torch.randn(4, 4000, generator=torch.Generator().manual_seed(0))
    return CropBatch(waveforms, torch.tensor([0, 1, 0, 1]), torch.arange(4))


@pytest.fixture
def make(tiny_encoder):
    def build(step=0, **rules):
        model = SpeakerModel(build_encoder(tiny_encoder), Head(AAMSoftmax(8, 2, seed=0), ["a", "b"]))
        values = {
            "optimizer": AdamW(learning_rate=0.5),
            "schedule": WarmupCosine(warmup_fraction=0.5, final_factor=0.1),
            "margin": MarginSchedule(start_step=0, end_step=10, final=0.2, curve="linear"),
            "total_steps": 20,
        } | rules
        return SpeakerModule(model, StepRules(**values), Progress(epoch=1, batch=2, step=step))

    return build


def test_rate_and_margin_are_set_by_the_runs_own_step(make, batch):
    module = make(step=4)
    module.on_train_batch_start(batch, batch_idx=0)
    assert [group["lr"] for group in module.optimizer.param_groups] == [0.25, 0.25]
    assert module.model.head.loss.margin_rad == pytest.approx(0.08)


def test_a_step_counts_loss_and_recognised_items(make, batch):
    module = make()
    loss = module.training_step(batch, 0)
    logits = module.model.head.logits(module.model(batch.waveforms))
    assert module.progress.loss_sum == pytest.approx(float(loss.detach()))
    assert module.progress.items == 4
    assert module.progress.correct == int((logits.argmax(1) == batch.labels).sum())


def test_dropout_is_a_function_of_the_step(make, batch):
    module = make()
    dropped = torch.nn.functional.dropout
    module.model.encoder.front_end.register_forward_hook(lambda _, __, features: dropped(features, 0.5))
    first = module.training_step(batch, 0)
    torch.rand(5)
    assert torch.equal(first, module.training_step(batch, 1))
    module.progress.finish_step()
    assert not torch.equal(first, module.training_step(batch, 2))


def test_bf16_stays_near_fp32(make, batch):
    full, half = make(), make(dtype=torch.bfloat16)
    half.load_state_dict(full.state_dict())
    assert float(half.training_step(batch, 0)) == pytest.approx(float(full.training_step(batch, 0)), rel=0.05)


def test_a_loss_that_is_not_finite_names_the_step(make, batch):
    module = make(step=17)
    with torch.no_grad():
        module.model.head.loss.weight.fill_(math.nan)
    with pytest.raises(NonFiniteLossError, match=r"loss is nan at step 17 \(epoch 1, batch 2\)"):
        module.training_step(batch, 0)


def test_a_gradient_that_is_not_finite_names_the_step(make):
    module = make(step=17)
    module.model.head.loss.weight.grad = torch.full((2, 8), math.inf)
    with pytest.raises(NonFiniteLossError, match="gradient is not finite at step 17"):
        module.configure_gradient_clipping(module.optimizer)


def test_the_gradient_is_clipped_by_its_norm(make):
    module = make(gradient_clip_norm=2.0)
    module.model.head.loss.weight.grad = torch.ones(2, 8)
    module.configure_gradient_clipping(module.optimizer)
    assert float(module.model.head.loss.weight.grad.norm()) == pytest.approx(2.0, rel=1e-5)


def test_the_averaged_model_is_evaluated_where_there_is_one(make):
    plain, averaged = make(), make(ema_decay=0.9)
    assert plain.evaluated_model is plain.model
    assert averaged.evaluated_model is averaged.average.model
