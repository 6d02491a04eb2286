import ast
from pathlib import Path

import pytest

import kowairo.models
from kowairo.models import Complexity, MfccStatistics, ResNet34, XVector, measure_complexity
from kowairo.testing import TinyEncoder

_TABLE = Path(__file__).parents[2] / "docs" / "backbones.md"


def _rows():
    """Cells of the rows of the table of sizes: configuration, implementation, counts."""
    lines = _TABLE.read_text(encoding="utf-8").split("## Size and cost")[1].split("\n## ")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]


def _encoder(configuration):
    """The encoder of a cell like `ResNet34(channels=32)`."""
    call = ast.parse(configuration.strip("`"), mode="eval").body
    arguments = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    return getattr(kowairo.models, call.func.id)(**arguments)


@pytest.mark.slow
@pytest.mark.parametrize("row", _rows(), ids=lambda row: row[0].strip("`"))
def test_the_table_of_the_docs_is_what_the_code_counts(row):
    configuration, _, parameters, multiply_adds, reference_parameters, reference_multiply_adds, _ = row
    counted = measure_complexity(_encoder(configuration))
    assert counted == Complexity(int(parameters), int(multiply_adds), 200)
    assert counted.parameters == pytest.approx(int(reference_parameters), rel=0.01)
    if reference_multiply_adds != "-":
        assert counted.multiply_adds == pytest.approx(int(reference_multiply_adds), rel=0.01)


def test_counts_of_an_x_vector_by_hand():
    encoder = XVector(hidden_channels=8, pooled_channels=6, embedding_dim=4)
    frames = ((8 * 80 * 5, 26), (8 * 8 * 3, 22), (8 * 8 * 3, 16), (8 * 8, 16), (6 * 8, 16))
    expected = sum(weights * count for weights, count in frames) + 12 * 4 + 4 * 4
    counted = measure_complexity(encoder, num_frames=30)
    assert (counted.multiply_adds, counted.num_frames) == (expected, 30)
    assert counted.parameters == 8 * 400 + 2 * 8 * 24 + 8 * 8 + 6 * 8 + 4 * 8 + 6 + 12 * 4 + 4 + 4 * 4 + 4


def test_multiply_adds_of_convolutions_grow_with_the_crop():
    encoder = ResNet34(channels=2, num_blocks=(1, 1, 1, 1))
    counts = [measure_complexity(encoder, num_frames=frames).multiply_adds for frames in (80, 160, 240)]
    assert counts[2] - counts[1] == counts[1] - counts[0] > 0


def test_an_encoder_without_weights_has_no_parameters():
    assert measure_complexity(MfccStatistics()) == Complexity(0, 0, 200)


@pytest.mark.parametrize("training", [True, False])
def test_the_mode_is_restored(training):
    encoder = TinyEncoder().train(training)
    measure_complexity(encoder)
    assert encoder.training is training
