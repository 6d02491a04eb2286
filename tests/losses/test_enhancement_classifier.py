import pytest
import torch
from safetensors.torch import save_file

from kowairo.core import InputError
from kowairo.losses.enhancement_classifier import read_classifier

WEIGHT, BIAS = torch.arange(6.0).reshape(3, 2), torch.tensor([1.0, 2.0, 3.0])


@pytest.mark.parametrize("prefix", ["", "fc.", "__L__.softmax.fc."])
def test_the_layer_is_found_in_a_file_of_the_published_trainer(tmp_path, prefix):
    other = {"__S__.conv1.weight": torch.ones(4, 1, 3, 3), "__S__.bn1.bias": torch.ones(4)}
    state = {**other, f"{prefix}weight": WEIGHT, f"{prefix}bias": BIAS}
    torch.save(state, tmp_path / "baseline_v2_ap.model")
    save_file(state, tmp_path / "baseline.safetensors")
    for path in tmp_path.iterdir():
        weight, bias = read_classifier(path)
        assert torch.equal(weight, WEIGHT)
        assert torch.equal(bias, BIAS)


def test_files_without_one_such_layer_are_refused(tmp_path):
    path = tmp_path / "some.model"
    with pytest.raises(InputError, match="no such file"):
        read_classifier(path)
    path.write_bytes(b"junk")
    with pytest.raises(InputError, match="not a file of plain tensors"):
        read_classifier(path)
    (tmp_path / "x.safetensors").write_bytes(b"junk")
    with pytest.raises(InputError, match="not a safetensors file"):
        read_classifier(tmp_path / "x.safetensors")
    torch.save({"a.fc.weight": WEIGHT, "a.fc.bias": BIAS, "b.fc.weight": WEIGHT, "b.fc.bias": BIAS}, path)
    with pytest.raises(InputError, match=r"found \['a.fc.weight', 'b.fc.weight'\]"):
        read_classifier(path)
    torch.save({"weight": WEIGHT, "bias": torch.ones(2)}, path)
    with pytest.raises(InputError, match=r"expected weight \(speakers, dim\)"):
        read_classifier(path)
    torch.save([WEIGHT], path)
    with pytest.raises(InputError, match="got list"):
        read_classifier(path)
