"""Tests of the lines of log inside the epochs."""

import re

import pytest

from kowairo.training import StageConfig, train_stage

LINE = re.compile(
    r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[^]]*\] batch (\d+) of (\d+), epoch (\d) of 2: "
    r"loss \d+\.\d{5}, accuracy \d+\.\d\d %, lr \S+"
)


def train(data_folder, store, tiny_encoder, out, **settings):
    config = StageConfig(name="x", epochs=2, crop_s=0.4, batch_size=8, **settings)
    train_stage(
        config,
        data_folder=data_folder,
        out=out,
        encoder=tiny_encoder,
        store=store,
        threads=1,
        num_workers=0,
        device="cpu",
    )
    return out


@pytest.mark.slow
def test_a_line_every_so_many_batches_and_at_the_end_of_an_epoch(data_folder, store, tiny_encoder, tmp_path):
    out = train(data_folder, store, tiny_encoder, tmp_path / "stage", log_every_steps=2)
    found = [LINE.fullmatch(line) for line in (out / "train_log.txt").read_text().splitlines()]
    # 40 lines are 5 batches of 8.
    places = [("2", "5"), ("4", "5"), ("5", "5")]
    assert [match.groups() for match in found] == [(*place, epoch) for epoch in "12" for place in places]


@pytest.mark.slow
def test_a_stage_that_does_not_ask_has_no_lines_and_is_the_same_stage(
    data_folder, store, tiny_encoder, tmp_path
):
    out = train(data_folder, store, tiny_encoder, tmp_path / "stage")
    assert not (out / "train_log.txt").exists()
    weights = out / "checkpoint" / "model.safetensors"
    before = weights.stat().st_mtime_ns
    train(data_folder, store, tiny_encoder, out, log_every_steps=1, keep_epochs=True)
    assert weights.stat().st_mtime_ns == before
