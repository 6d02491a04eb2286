import numpy as np
import pytest

from kowairo.cli.saved_kinds import open_backend, open_calibrator, open_normalizer
from kowairo.core import InputError, write_json
from kowairo.scoring import LDA, Chain, LengthNorm, LogisticCalibrator


def test_saved_back_ends_are_opened_by_their_kind(tmp_path):
    rng = np.random.default_rng(0)
    vectors, speakers = rng.standard_normal((30, 4)), [f"s{row % 5}" for row in range(30)]
    Chain(steps=[LengthNorm(), LDA()]).fit(vectors, speakers).save(tmp_path / "chain")
    opened = open_backend(tmp_path / "chain")
    assert isinstance(opened, Chain)
    assert [type(step) for step in opened.steps] == [LengthNorm, LDA]


def test_saved_calibrators_are_opened_by_their_kind(tmp_path):
    LogisticCalibrator().fit([0.0, 1.0, 2.0, 3.0], [False, True, False, True]).save(tmp_path / "c")
    assert isinstance(open_calibrator(tmp_path / "c"), LogisticCalibrator)


@pytest.mark.parametrize("open_it", [open_backend, open_normalizer, open_calibrator])
def test_a_folder_with_nothing_saved_is_refused(tmp_path, open_it):
    with pytest.raises(InputError, match="nothing that was fitted and saved"):
        open_it(tmp_path)


@pytest.mark.slow  # plug-ins are imported before the kind is called unknown
@pytest.mark.parametrize("open_it", [open_backend, open_normalizer, open_calibrator])
def test_an_unknown_kind_is_refused(tmp_path, open_it):
    write_json(tmp_path / "config.json", {"kind": "Nothing"})
    with pytest.raises(InputError, match="Nothing"):
        open_it(tmp_path)
