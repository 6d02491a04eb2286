import pytest

from kowairo.core import read_json, read_table
from kowairo.models import build_encoder, load_encoder, read_card, save_checkpoint

CONFIG = {
    "class_path": "kowairo.models.EcapaGroupNorm",
    "init_args": {
        "channels": [8, 8, 8, 8, 16],
        "attention_channels": 4,
        "se_channels": 4,
        "embedding_dim": 8,
        "num_groups": 2,
        "res2net_scale": 2,
    },
}


@pytest.mark.slow
def test_an_exported_folder_is_a_checkpoint_with_a_full_card_and_an_onnx_file(run, corpus, tmp_path):
    save_checkpoint(build_encoder(CONFIG), tmp_path / "c", config=CONFIG, card={"stage": "tiny"})
    status, out, _ = run(
        "export", "--checkpoint", tmp_path / "c", "--out", tmp_path / "model", "--training", corpus
    )
    assert status == 0
    assert "least cosine" in out
    assert load_encoder(tmp_path / "model").embedding_dim == 8
    card = read_card(tmp_path / "model")
    assert (card["stage"], card["training"]["speakers"], card["training"]["lines"]) == ("tiny", 4, 24)
    assert read_table(tmp_path / "model" / "training_utterances")["s0-0"].startswith("s0 ")
    assert (tmp_path / "model" / "model.onnx").stat().st_size > 0
    assert read_json(tmp_path / "model" / "card.json") == card
