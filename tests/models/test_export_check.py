import pytest
import torch

from kowairo.models import MfccStatistics
from kowairo.models.export_check import ExportMismatchError, check_export
from kowairo.testing import TinyEncoder


@pytest.fixture
def encoder():
    return TinyEncoder()


def test_twenty_lengths_are_compared_in_batches_of_one_and_three(encoder, tmp_path):
    seen = []

    def embed(waveforms):
        seen.append(tuple(waveforms.shape))
        with torch.no_grad():
            return encoder(waveforms)

    assert check_export(encoder, embed, path=tmp_path / "x") == pytest.approx(1.0)
    assert sorted({rows for rows, _ in seen}) == [1, 3]
    assert len({length for _, length in seen}) == 20
    assert min(length for _, length in seen) == encoder.min_samples
    assert encoder.training


@pytest.mark.parametrize("wrong", ["one row of a batch", "long ones", "not a number"])
def test_a_difference_anywhere_is_refused(tmp_path, wrong):
    encoder = MfccStatistics()

    def embed(waveforms):
        embeddings = encoder(waveforms).clone()
        if wrong == "one row of a batch" and len(embeddings) > 1:
            embeddings[1, 1] += embeddings.abs().max()
        if wrong == "long ones" and waveforms.shape[1] > 90000:
            embeddings[:, 0] += embeddings.abs().max()
        if wrong == "not a number":
            embeddings[0, 0] = torch.nan
        return embeddings

    with pytest.raises(ExportMismatchError, match="nothing was written"):
        check_export(encoder, embed, path=tmp_path / "x.onnx")
