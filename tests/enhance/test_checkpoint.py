import pytest
import torch
import yaml
from safetensors.torch import save_file

from kowairo.core import InputError
from kowairo.enhance import (
    LinearNetV2,
    LinearNetV3,
    SetTransformer,
    build_enhancer,
    load_enhancer,
    load_set_enhancer,
    save_enhancer,
)

_V3 = "kowairo.enhance.linear_nets.LinearNetV3"


def saved(tmp_path, **config):
    folder = tmp_path / "net"
    save_enhancer(LinearNetV3(4, activation="ELU"), folder)
    if config:
        (folder / "config.yaml").write_text(yaml.safe_dump(config))
    return folder


def test_a_folder_holds_weights_and_plain_configuration_only(tmp_path):
    folder = saved(tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == ["config.yaml", "model.safetensors"]
    config = yaml.safe_load((folder / "config.yaml").read_text())
    assert config["class_path"] == _V3
    assert config["init_args"]["activation"] == "ELU"


def test_a_loaded_net_is_in_evaluation_mode_and_gives_the_same(tmp_path):
    net = LinearNetV2(3).eval()
    save_enhancer(net, tmp_path / "net")
    again = load_enhancer(tmp_path / "net")
    batch = torch.randn(5, 3)
    assert not again.training
    assert torch.equal(again(batch), net(batch))


@pytest.mark.parametrize("name", ["os.system", "kowairo.enhance.base.Enhancer", "antigravity.Net"])
def test_only_loaded_enhancers_can_be_named(tmp_path, name):
    folder = saved(tmp_path, class_path=name, init_args={})
    with pytest.raises(InputError, match=r"is loaded; known are .*LinearNetV1"):
        load_enhancer(folder)


def test_yaml_that_is_a_program_is_refused(tmp_path):
    folder = saved(tmp_path)
    (folder / "config.yaml").write_text("!!python/object/apply:os.getcwd []")
    with pytest.raises(InputError, match="not plain YAML"):
        load_enhancer(folder)


def test_weights_of_another_net_are_refused_with_the_keys(tmp_path):
    folder = saved(tmp_path)
    save_enhancer(LinearNetV2(4), tmp_path / "other")
    (tmp_path / "other" / "model.safetensors").replace(folder / "model.safetensors")
    with pytest.raises(InputError, match=r"missing \[.*layers\.5\.bias.*unexpected \[.*layers\.8\.bias"):
        load_enhancer(folder)


def test_damaged_and_missing_files_are_named(tmp_path):
    folder = saved(tmp_path)
    (folder / "model.safetensors").write_bytes(b"x" * 20)
    with pytest.raises(InputError, match="not a safetensors file"):
        load_enhancer(folder)
    (folder / "model.safetensors").unlink()
    with pytest.raises(InputError, match=r"no such file; is .* a saved enhancer"):
        load_enhancer(folder)
    with pytest.raises(InputError, match=r"config\.yaml: no such file"):
        load_enhancer(tmp_path / "nowhere")


def test_weights_of_another_width_are_refused(tmp_path):
    folder = saved(tmp_path)
    save_file(LinearNetV3(5).state_dict(), folder / "model.safetensors")
    with pytest.raises(InputError, match=r"of another shape \['layers\.0\.bias'"):
        load_enhancer(folder)


def test_rows_and_sets_are_told_apart(tmp_path):
    save_enhancer(SetTransformer(4, width=8), tmp_path / "sets")
    save_enhancer(LinearNetV2(4), tmp_path / "rows")
    assert isinstance(load_set_enhancer(tmp_path / "sets"), SetTransformer)
    with pytest.raises(InputError, match="SetTransformer takes sets of embeddings"):
        load_enhancer(tmp_path / "sets")
    with pytest.raises(InputError, match="LinearNetV2 takes one embedding at a time"):
        load_set_enhancer(tmp_path / "rows")


def test_other_files_of_the_folder_stay_and_a_broken_save_is_no_enhancer(tmp_path, monkeypatch):
    folder = saved(tmp_path)
    (folder / "scores.txt").write_text("kept")
    monkeypatch.setattr("kowairo.enhance.checkpoint.save_file", _fails)
    with pytest.raises(OSError, match="no space left"):
        save_enhancer(LinearNetV3(4), folder)
    assert (folder / "scores.txt").read_text() == "kept"
    with pytest.raises(InputError, match=r"config\.yaml: no such file"):
        load_enhancer(folder)


def _fails(*arguments):
    raise OSError("no space left")


def test_bad_configurations_are_refused(tmp_path):
    with pytest.raises(InputError, match="expected class_path and init_args"):
        load_enhancer(saved(tmp_path, class_path=_V3))
    with pytest.raises(InputError, match="unexpected keyword argument 'depth'"):
        build_enhancer(_V3, {"dim": 4, "depth": 3})
    with pytest.raises(InputError, match=r"class_path \(text\)"):
        load_enhancer(saved(tmp_path, class_path=3, init_args={}))
