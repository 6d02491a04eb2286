import json

import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring.calibration import Calibrator, Fusion, load_calibrator


class _HalfScore(Calibrator):
    """A kind that another distribution might bring."""

    def fit(self, scores, target, *, prior=0.5):
        self.prior_ = prior
        return self

    def transform(self, scores):
        return np.asarray(scores) / 2


def test_names_and_options_come_back(tmp_path):
    rng = np.random.default_rng(0)
    Fusion(names=["ecapa", "mfcc"], ridge=0.25).fit(rng.normal(size=(8, 2)), np.arange(8) < 4).save(
        tmp_path / "f"
    )
    loaded = load_calibrator(tmp_path / "f")
    assert isinstance(loaded, Fusion)
    assert (loaded.names, loaded.ridge) == (["ecapa", "mfcc"], 0.25)


def test_the_saved_folder_is_json_and_plain_arrays(tmp_path):
    Fusion().fit([0.0, 1.0, 2.0, 3.0], [False, False, True, True]).save(tmp_path / "f")
    assert sorted(path.name for path in (tmp_path / "f").iterdir()) == ["arrays.npz", "config.json"]
    with np.load(tmp_path / "f" / "arrays.npz", allow_pickle=False) as arrays:
        assert sorted(arrays.files) == ["offset_", "prior_", "weights_"]


def test_a_kind_from_elsewhere_loads_once_its_class_is_known(tmp_path):
    _HalfScore().fit([], []).save(tmp_path / "half")
    assert load_calibrator(tmp_path / "half").transform([3.0]).tolist() == [1.5]


@pytest.mark.parametrize("kind", ["LDA", 7, None])
def test_a_folder_without_a_calibrator_names_the_kinds_there_are(kind, tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"kind": kind}))
    with pytest.raises(InputError, match=r"config\.json: kind .* is none of .*LogisticCalibrator"):
        load_calibrator(tmp_path)


def test_options_of_a_wrong_type_are_refused(tmp_path):
    Fusion().fit([0.0, 1.0, 2.0, 3.0], [False, False, True, True]).save(tmp_path / "f")
    config = {"kind": "Fusion", "names": 5, "ridge": 1e-6, "speakers": []}
    (tmp_path / "f" / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match="options of the saved Fusion"):
        load_calibrator(tmp_path / "f")


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere.*no such file"):
        load_calibrator(tmp_path / "nowhere")
