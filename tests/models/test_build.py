import sys
import types

import pytest

from kowairo.core import InputError
from kowairo.models import EcapaGroupNorm, MfccStatistics, NormalizedFbank, build_encoder
from kowairo.models.build import build_module

_TINY = {"channels": [16, 16, 16, 16, 32], "res2net_scale": 2, "num_groups": 4}


def test_an_encoder_is_built_from_class_path_and_arguments():
    encoder = build_encoder({"class_path": "kowairo.models.EcapaGroupNorm", "init_args": _TINY})
    assert isinstance(encoder, EcapaGroupNorm)


def test_arguments_may_be_missing():
    assert isinstance(build_encoder({"class_path": "kowairo.models.MfccStatistics"}), MfccStatistics)


def test_a_front_end_is_built_inside():
    front_end = {"class_path": "kowairo.models.NormalizedFbank", "init_args": {"hop_s": 0.02}}
    encoder = build_encoder(
        {"class_path": "kowairo.models.EcapaGroupNorm", "init_args": {**_TINY, "front_end": front_end}}
    )
    assert isinstance(encoder.front_end, NormalizedFbank)
    assert encoder.front_end.num_frames(3200) == 11


@pytest.mark.parametrize(
    "class_path", ["os.system", "builtins.eval", "torch.nn.Linear", "kowairo.models.NormalizedFbank"]
)
def test_what_is_not_an_encoder_is_refused(class_path):
    with pytest.raises(InputError, match=r"not a subclass of kowairo\.models\.encoder\.Encoder"):
        build_encoder({"class_path": class_path, "init_args": {}})


def test_a_nested_part_that_is_not_a_front_end_is_refused():
    front_end = {"class_path": "kowairo.models.MfccStatistics"}
    with pytest.raises(InputError, match=r"not a subclass of kowairo.models.front_end.FrontEnd"):
        build_encoder({"class_path": "kowairo.models.MfccStatistics", "init_args": {"front_end": front_end}})


def test_the_abstract_base_is_refused():
    with pytest.raises(InputError, match="is abstract"):
        build_encoder({"class_path": "kowairo.models.Encoder"})


def test_a_module_that_does_not_exist_is_named():
    with pytest.raises(InputError, match="cannot import no_such_package"):
        build_encoder({"class_path": "no_such_package.Encoder"})


def test_an_unknown_argument_is_named():
    with pytest.raises(InputError, match="chanels"):
        build_encoder({"class_path": "kowairo.models.EcapaGroupNorm", "init_args": {"chanels": [1]}})


@pytest.mark.parametrize("config", [{}, {"class_path": 3}, {"class_path": "Encoder"}, {"class": "x"}])
def test_a_configuration_of_another_shape_is_refused(config):
    with pytest.raises(InputError, match="expected"):
        build_encoder(config)


def test_a_configuration_does_not_make_code_beside_it_run(tmp_path, monkeypatch):
    (tmp_path / "beside.py").write_text("from pathlib import Path\nPath(__file__).with_name('ran').touch()\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(InputError, match="cannot import beside: it is not imported yet"):
        build_encoder({"class_path": "beside.Net"})
    with pytest.raises(InputError, match="cannot import beside"):
        build_module({"class_path": "beside.Net"})
    assert not (tmp_path / "ran").exists()


def test_a_class_of_ones_own_is_built_once_its_module_is_imported(monkeypatch):
    own = types.ModuleType("own_encoders")
    own.Net = MfccStatistics
    monkeypatch.setitem(sys.modules, "own_encoders", own)
    assert isinstance(build_encoder({"class_path": "own_encoders.Net"}), MfccStatistics)
