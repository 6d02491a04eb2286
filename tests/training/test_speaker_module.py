import copy
import math

import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import (
    GE2E,
    AAMSoftmax,
    ContrastiveDistillation,
    CosineDistillation,
    CurricularAAM,
    DomainAdversarial,
    JointObjective,
    MarginSchedule,
    Targets,
    WeightedSum,
    WeightedTerm,
)
from kowairo.models import build_encoder
from kowairo.training import (
    AdamW,
    Head,
    NonFiniteLossError,
    ParameterRule,
    SpeakerModel,
    SpeakerModule,
    SpecAugment,
    StepRules,
    WarmupCosine,
)
from kowairo.training.dataset import CropBatch
from kowairo.training.progress import Progress


@pytest.fixture
def batch():
    waveforms = 0.1 * torch.randn(4, 4000, generator=torch.Generator().manual_seed(0))
    return CropBatch(waveforms, torch.tensor([0, 1, 0, 1]), torch.arange(4), torch.arange(4) + 30)


@pytest.fixture
def make(tiny_encoder):
    def build(step=0, loss=None, **rules):
        head = Head(AAMSoftmax(8, 2, seed=0) if loss is None else loss, ["a", "b"])
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            model = SpeakerModel(build_encoder(tiny_encoder), head)
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
    logits = module.model.head.logits(module.model(batch.waveforms).detach())
    loss = module.take_step(batch)
    assert module.progress.loss_sum == loss
    assert module.progress.items == 4
    assert module.progress.correct == int((logits.argmax(1) == batch.labels).sum())
    assert (module.progress.step, module.progress.batch) == (1, 3)


def test_parts_give_the_gradient_of_the_whole_batch(make, batch):
    whole, split = make(), make(shards=3)
    split.load_state_dict(whole.state_dict())
    for _ in range(3):  # the first step runs the parts in turn, the others side by side
        losses = [module.take_step(batch) for module in (whole, split)]
        assert losses[1] == pytest.approx(losses[0], rel=1e-5)
        for one, two in zip(whole.model.parameters(), split.model.parameters(), strict=True):
            assert torch.allclose(one.grad, two.grad, rtol=1e-3, atol=1e-5)
        split.load_state_dict(whole.state_dict())


def test_parts_side_by_side_repeat_to_the_bit(make, batch):
    first, second = make(shards=4), make(shards=4)
    second.load_state_dict(first.state_dict())
    for _ in range(4):
        assert first.take_step(batch) == second.take_step(batch)
    state = second.state_dict()
    assert all(torch.equal(value, state[key]) for key, value in first.state_dict().items())


WHOLE_BATCH = {
    "state": lambda: CurricularAAM(8, 2, seed=0),
    "comparison": lambda: GE2E(),
    "sum": lambda: WeightedSum([WeightedTerm(GE2E()), WeightedTerm(AAMSoftmax(8, 2, seed=0), 0.5)]),
}


@pytest.mark.parametrize("loss", WHOLE_BATCH.values(), ids=WHOLE_BATCH)
def test_a_loss_over_the_whole_batch_gets_the_gradient_of_one_pass(make, batch, loss):
    module = make(loss=loss(), shards=3, gradient_clip_norm=1e9)
    expected = copy.deepcopy(module.model)
    value = expected.head(expected(batch.waveforms), Targets(batch.labels))
    value.backward()
    assert module.take_step(batch) == pytest.approx(float(value.detach()), rel=1e-5)
    for one, two in zip(expected.parameters(), module.model.parameters(), strict=True):
        assert torch.allclose(one.grad, two.grad, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("spec_augment", [None, SpecAugment()], ids=["plain", "masked"])
def test_a_silent_row_gives_the_encoder_no_gradient(make, batch, spec_augment):
    batch.waveforms[3] = 0.0
    rules = {"gradient_clip_norm": 1e9, "spec_augment": spec_augment}
    with_silence, without = make(**rules), make(**rules)
    with_silence.take_step(batch)
    without.take_step(CropBatch(*(column[:3] for column in batch if column is not None)))
    for one, two in zip(
        with_silence.model.encoder.parameters(), without.model.encoder.parameters(), strict=True
    ):
        assert torch.allclose(4.0 * one.grad, 3.0 * two.grad, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("loss", WHOLE_BATCH.values(), ids=WHOLE_BATCH)
def test_whole_batch_steps_repeat_to_the_bit(make, batch, loss):
    first, second = make(loss=loss(), shards=4), make(loss=loss(), shards=4)
    second.load_state_dict(first.state_dict())
    for _ in range(4):
        assert first.take_step(batch) == second.take_step(batch)
    state = second.state_dict()
    assert all(torch.equal(value, state[key]) for key, value in first.state_dict().items())


@pytest.fixture
def known_batch(batch):
    """One row without a label, one of unknown domain."""
    draw = torch.Generator().manual_seed(1)
    return batch._replace(
        labels=torch.tensor([0, 1, -1, 1]),
        domains=torch.tensor([0, -1, 1, 1]),
        teacher=torch.randn(4, 3, generator=draw),
    )


@pytest.mark.parametrize(
    ("distillation", "rules"),
    [
        (CosineDistillation, {"shards": 3}),
        (CosineDistillation, {"accumulate": 2}),
        (ContrastiveDistillation, {"shards": 3}),
    ],
)
def test_a_sum_over_labels_domains_and_a_teacher_gets_the_gradient_of_one_pass(
    make, known_batch, distillation, rules
):
    terms = [AAMSoftmax(8, 2, seed=0), DomainAdversarial(8, 2, seed=0), distillation(8, 3, seed=0)]
    loss = JointObjective([WeightedTerm(term, 0.5 + i) for i, term in enumerate(terms)])
    module = make(loss=loss, gradient_clip_norm=1e9, **rules)
    expected = copy.deepcopy(module.model)
    targets = Targets(known_batch.labels, known_batch.domains, known_batch.teacher)
    value = expected.head(expected(known_batch.waveforms), targets)
    value.backward()
    assert module.take_step(known_batch) == pytest.approx(float(value.detach()), rel=1e-5)
    for one, two in zip(expected.parameters(), module.model.parameters(), strict=True):
        assert torch.allclose(one.grad, two.grad, rtol=1e-3, atol=1e-5)


def test_only_labelled_rows_are_counted_as_recognised_or_not(make, known_batch):
    loss = JointObjective([WeightedTerm(AAMSoftmax(8, 2, seed=0)), WeightedTerm(CosineDistillation(8, 3))])
    module = make(loss=loss)
    module.take_step(known_batch)
    assert module.progress.items == 3
    assert 0 <= module.progress.correct <= 3


def test_the_state_of_a_loss_moves_once_a_step(make, batch):
    module = make(loss=CurricularAAM(8, 2, momentum=1.0, seed=0), shards=4)
    cosines = module.model.head.loss.cosines(module.model(batch.waveforms)).gather(1, batch.labels[:, None])
    module.take_step(batch)
    assert float(module.model.head.loss.curriculum) == pytest.approx(float(cosines.detach().mean()), rel=1e-4)


def test_a_loss_without_class_rows_recognises_nobody(make, batch):
    module = make(loss=GE2E())
    module.take_step(batch)
    assert (module.progress.correct, module.progress.items) == (0, 4)


def test_learned_scalars_of_a_loss_do_not_decay(make):
    module = make(loss=GE2E())
    scalars = {id(parameter) for parameter in module.model.head.parameters()}
    spared = [group for group in module.optimizer.param_groups if group["weight_decay"] == 0.0]
    assert scalars
    assert scalars <= {id(parameter) for group in spared for parameter in group["params"]}


@pytest.mark.parametrize("shards", [1, 2])
def test_dropout_is_a_function_of_the_step(make, batch, shards):
    dropped = torch.nn.functional.dropout

    def losses():
        module = make(shards=shards)
        module.model.encoder.front_end.register_forward_hook(lambda _, __, features: dropped(features, 0.5))
        module.load_state_dict(reference)
        return [module.take_step(batch) for _ in range(3)]

    reference = make().state_dict()
    first = losses()
    torch.rand(5)
    assert first == losses()


def test_bf16_stays_near_fp32(make, batch):
    full, half = make(), make(dtype=torch.bfloat16)
    half.load_state_dict(full.state_dict())
    assert half.take_step(batch) == pytest.approx(full.take_step(batch), rel=0.05)


def test_a_loss_that_is_not_finite_names_the_step_and_updates_nothing(make, batch):
    module = make(step=17)
    with torch.no_grad():
        module.model.head.loss.weight.fill_(math.nan)
    before = next(module.model.encoder.parameters()).clone()
    with pytest.raises(NonFiniteLossError, match=r"loss is nan at step 17 \(epoch 1, batch 2\)") as caught:
        module.take_step(batch)
    assert caught.value.items == (30, 31, 32, 33)
    assert torch.equal(before, next(module.model.encoder.parameters()))


def test_a_gradient_that_is_not_finite_names_the_step(make, batch):
    module = make(step=17)
    next(module.model.encoder.parameters()).register_hook(lambda gradient: gradient * math.inf)
    with pytest.raises(NonFiniteLossError, match="gradient is not finite at step 17"):
        module.take_step(batch)


def test_the_gradient_is_clipped_by_its_norm(make, batch):
    module = make(gradient_clip_norm=1e-3)
    module.take_step(batch)
    norm = torch.stack([p.grad.norm() for p in module.model.parameters() if p.grad is not None]).norm()
    assert float(norm) == pytest.approx(1e-3, rel=1e-3)


def test_the_averaged_model_is_evaluated_where_there_is_one(make):
    plain, averaged = make(), make(ema_decay=0.9)
    assert plain.evaluated_model is plain.model
    assert averaged.evaluated_model is averaged.average.model


def test_chunks_one_after_the_other_give_the_gradient_of_the_whole_batch(make, batch):
    whole, chunked = make(gradient_clip_norm=1e9), make(accumulate=3, shards=2, gradient_clip_norm=1e9)
    losses = [module.take_step(batch) for module in (whole, chunked)]
    assert losses[1] == pytest.approx(losses[0], rel=1e-5)
    assert whole.progress.correct == chunked.progress.correct
    for one, two in zip(whole.model.parameters(), chunked.model.parameters(), strict=True):
        assert torch.allclose(one.grad, two.grad, rtol=1e-3, atol=1e-5)


def test_a_loss_over_the_whole_batch_is_not_accumulated(make):
    with pytest.raises(InputError, match="GE2E sees the whole batch at once"):
        make(loss=GE2E(), accumulate=2)


@pytest.mark.parametrize("loss", [lambda: AAMSoftmax(8, 2, seed=0), GE2E])
def test_a_frozen_encoder_stays_and_moves_at_its_own_rate_later(make, batch, loss):
    rule = ParameterRule("encoder.*", learning_rate_factor=0.1, frozen_fraction=0.1)
    module = make(loss=loss(), parameter_rules=(rule,), shards=2)
    encoder = module.model.encoder
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    for step in range(3):
        module.on_train_batch_start(batch, step)
        module.take_step(batch)
        still = all(torch.equal(value, before[name]) for name, value in encoder.state_dict().items())
        assert still == (step < 2)
    rates = [group["lr"] for group in module.optimizer.param_groups]
    assert {round(rate / max(rates), 6) for rate in rates} == {0.1, 1.0}
