import pytest

from kowairo.core import InputError
from kowairo.models import load_encoder, read_card, save_checkpoint
from kowairo.models.build import build_encoder
from kowairo.models.card import update_card

_CONFIG = {"class_path": "kowairo.models.MfccStatistics", "init_args": {"num_coefficients": 5}}


@pytest.fixture
def folder(tmp_path):
    encoder = build_encoder(_CONFIG)
    save_checkpoint(encoder, tmp_path / "c", config=_CONFIG, card={"licence": "x", "name": "old"})
    return tmp_path / "c"


def test_facts_take_the_place_of_those_of_the_same_name(folder):
    update_card(folder, {"name": "new", "calibration": {"scale": 2.0}})
    assert read_card(folder) == {"licence": "x", "name": "new", "calibration": {"scale": 2.0}}
    assert "- calibration:\n  - scale: 2.0\n" in (folder / "card.md").read_text()
    assert load_encoder(folder).embedding_dim == 10


def test_a_folder_that_is_no_checkpoint_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        update_card(tmp_path, {})
