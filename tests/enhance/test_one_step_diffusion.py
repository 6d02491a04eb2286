import math

import pytest
import torch

from kowairo.core import InputError
from kowairo.enhance import OneStepDiffusion
from kowairo.testing import check_enhancer

BATCH = torch.nn.functional.normalize(torch.randn(6, 8, generator=torch.Generator().manual_seed(0)))


def trained_like(net):
    torch.nn.init.normal_(net.last.weight, generator=torch.Generator().manual_seed(1))
    return net


@pytest.mark.parametrize("noise", ["zero", "content"])
def test_a_diffusion_enhancer_passes_the_contract_and_is_deterministic(noise):
    check_enhancer(trained_like(OneStepDiffusion(8, noise=noise, num_layers=2)))


@pytest.mark.parametrize("step", [0, 50, 400])
def test_without_noise_the_untrained_net_keeps_directions(step):
    output = OneStepDiffusion(8, inference_step=step).eval()(BATCH)
    assert torch.nn.functional.cosine_similarity(output, BATCH).tolist() == pytest.approx([1.0] * 6, abs=1e-5)


def test_the_schedule_is_the_cosine_one():
    kept = OneStepDiffusion(8, num_steps=100).kept_variance(torch.tensor([0, 50, 100]))
    half = math.cos((0.5 + 0.008) / 1.008 * math.pi / 2) ** 2 / math.cos(0.008 / 1.008 * math.pi / 2) ** 2
    assert kept.tolist() == pytest.approx([1.0, half, 1e-3], abs=1e-5)


def test_training_draws_steps_and_noise_and_evaluation_does_not():
    net = trained_like(OneStepDiffusion(8, dropout=0.0))
    torch.manual_seed(0)
    first, second = net(BATCH), net(BATCH)
    torch.manual_seed(0)
    again = net(BATCH)
    assert not torch.allclose(first, second)
    assert torch.equal(first, again)
    net.eval()
    assert torch.equal(net(BATCH), net(BATCH))


def test_content_noise_is_a_rotation_as_long_as_noise_that_depends_on_the_row():
    net = OneStepDiffusion(8, noise="content")
    rotation = net.rotation
    assert torch.allclose(rotation @ rotation.T, torch.eye(8), atol=1e-5)
    assert torch.equal(rotation, OneStepDiffusion(8).rotation)
    silent, noisy = OneStepDiffusion(8, noise="zero").eval(), net.eval()
    assert not torch.allclose(silent(BATCH), noisy(BATCH))


def test_the_scale_is_stored_with_the_model():
    assert OneStepDiffusion(16).init_args["scale"] == 4.0
    assert OneStepDiffusion(16, scale=2.5).init_args["scale"] == 2.5


@pytest.mark.slow
def test_one_step_removes_disturbances_that_it_was_trained_on():
    generator = torch.Generator().manual_seed(0)
    basis = torch.linalg.qr(torch.randn(16, 16, generator=generator)).Q
    clean = torch.nn.functional.normalize(torch.randn(2000, 4, generator=generator) @ basis[:4])
    noise = 0.2 * torch.randn(2000, 12, generator=generator) @ basis[4:]
    noisy = torch.nn.functional.normalize(clean + noise)
    torch.manual_seed(0)
    net = OneStepDiffusion(16, num_layers=2, dropout=0.0)
    optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
    for step in range(300):
        rows = torch.arange(step * 100, step * 100 + 100) % 1500
        optimizer.zero_grad()
        (1 - torch.nn.functional.cosine_similarity(net(noisy[rows]), clean[rows])).mean().backward()
        optimizer.step()
    net.eval()
    unseen = slice(1500, None)
    before = torch.nn.functional.cosine_similarity(noisy[unseen], clean[unseen]).mean()
    after = torch.nn.functional.cosine_similarity(net(noisy[unseen]), clean[unseen]).mean()
    assert 1 - after < 0.3 * (1 - before)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_layers": 0}, "a positive dim, hidden_dim, num_layers"),
        ({"inference_step": 2000}, r"inference_step in 0\.\.1000"),
        ({"scale": 0.0}, "a positive scale"),
        ({"noise": "white"}, "expected noise zero or content, got 'white'"),
    ],
)
def test_bad_arguments_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        OneStepDiffusion(8, **options)


def test_other_shapes_are_refused():
    with pytest.raises(InputError, match=r"expected embeddings \(batch, 8\), got \(6, 4\)"):
        OneStepDiffusion(8)(BATCH[:, :4])
