import pytest

from kowairo.core import read_json
from kowairo.models import build_encoder, save_checkpoint
from kowairo.training import find_merges, read_merge_map
from kowairo.training.head import build_head, save_head


@pytest.fixture
def stage(tiny_encoder, tmp_path):
    """An untrained stage whose head has one row for s00 and s01, and one for s02 and s03."""
    save_checkpoint(build_encoder(tiny_encoder), tmp_path / "stage" / "checkpoint", config=tiny_encoder)
    classes = [f"s{number:02d}" for number in range(8)]
    head = build_head("kowairo.losses.AAMSoftmax", embedding_dim=8, classes=classes, scale=30.0, seed=0)
    save_head(head.loss, classes, tmp_path / "stage")
    return tmp_path / "stage"


@pytest.mark.parametrize("require_same_name", [True, False])
def test_what_is_merged_is_confused_and_has_one_name(stage, data_folder, store, tmp_path, require_same_name):
    aliases = find_merges(
        stage,
        data_folder=data_folder,
        out=tmp_path / "merge",
        store=store,
        min_mutual=0.01,
        require_same_name=require_same_name,
    )
    assert read_merge_map(tmp_path / "merge" / "merge_map.json") == aliases
    if require_same_name:
        assert set(aliases.items()) <= {("s01", "s00")}
    assert (tmp_path / "merge" / "confusion.tsv").read_text().startswith("first\tsecond\t")
    assert isinstance(read_json(tmp_path / "merge" / "merge_map.json"), dict)
