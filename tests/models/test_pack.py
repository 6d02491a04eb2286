import pytest
import torch
from safetensors.torch import load_file

from kowairo.core import AudioHashes, Speaker, TrainingRecord, encoder_record
from kowairo.models import (
    PackingError,
    attach_record,
    build_encoder,
    load_encoder,
    pack_encoder,
    read_card,
    save_checkpoint,
)
from kowairo.models.pack import least_cosine

_CONFIG = {
    "class_path": "kowairo.models.EcapaGroupNorm",
    "init_args": {"channels": [16, 16, 16, 16, 32], "res2net_scale": 2, "num_groups": 4},
}
_RECORD = TrainingRecord.build([AudioHashes(1, 2)], [Speaker("", "rin")])


@pytest.fixture
def trained(tmp_path):
    torch.manual_seed(0)
    card = {"stage": "last", "licence": "mine"}
    save_checkpoint(build_encoder(_CONFIG), tmp_path / "trained", config=_CONFIG, card=card, record=_RECORD)
    return tmp_path / "trained"


@pytest.fixture
def packed(trained, tmp_path):
    (tmp_path / "NOTICE").write_text("credits")
    facts = {"languages": "ja", "licence": "CC BY-SA 4.0"}
    return pack_encoder(trained, tmp_path / "base", name="base", facts=facts, notices=[tmp_path / "NOTICE"])


def test_weights_are_stored_in_half_precision_and_work_as_before(packed, trained, noise):
    stored = load_file(packed.folder / "model.safetensors")
    assert {tensor.dtype for tensor in stored.values()} == {torch.float16}
    assert packed.least_cosine >= 0.9999
    voices = [noise(1, 12000)[0]]
    assert least_cosine(load_encoder(trained), load_encoder(packed.folder), voices) >= 0.9999


def test_the_folder_has_card_record_and_notices(packed):
    names = sorted(path.name for path in packed.folder.iterdir())
    parts = ["card.json", "card.md", "config.yaml", "model.safetensors", "training_record.bin"]
    assert names == ["NOTICE", *parts]
    assert packed.num_bytes == sum(path.stat().st_size for path in packed.folder.iterdir())


def test_the_card_says_what_a_user_must_know(packed):
    card = read_card(packed.folder)
    assert (card["name"], card["stage"], card["licence"], card["languages"]) == (
        "base",
        "last",
        "CC BY-SA 4.0",
        "ja",
    )
    assert {"spoofing", "consent", "parameters", "embedding_dim", "storage"} <= card.keys()
    assert card["half_precision"]["compared"] == "24 noises"
    assert (card["training"]["utterances"], card["training"]["speakers"]) == (1, 1)
    assert "rin" not in (packed.folder / "card.md").read_text()


def test_the_record_of_the_checkpoint_goes_along(packed):
    assert encoder_record(packed.folder).record.has_audio(AudioHashes(1, None))


def test_another_record_takes_its_place(trained, tmp_path):
    other = TrainingRecord.build([AudioHashes(3, 4)], [], unrecorded=["campplus"])
    pack_encoder(trained, tmp_path / "base", name="base", record=other)
    assert not encoder_record(tmp_path / "base").record.has_audio(AudioHashes(1, None))
    assert read_card(tmp_path / "base")["training"]["unrecorded"] == ["campplus"]


def test_weights_that_do_not_stand_half_precision_are_refused(trained, tmp_path):
    encoder = load_encoder(trained)
    with torch.no_grad():
        # Below the smallest number of half precision: only directions matter, so it is a good encoder still.
        for parameter in encoder.backbone.fc.parameters():
            parameter.mul_(1e-9)
    save_checkpoint(encoder, trained, config=_CONFIG)
    with pytest.raises(PackingError, match=r"the least cosine to the trained embeddings is 0\.0"):
        pack_encoder(trained, tmp_path / "base", name="base")
    assert not (tmp_path / "base").exists()


def test_running_statistics_keep_their_type(tmp_path, noise):
    config = {"class_path": "kowairo.models.EcapaBatchNorm", "init_args": {"channels": [16] * 4 + [32]}}
    encoder = build_encoder(config).eval()
    save_checkpoint(encoder, tmp_path / "c", config=config, storage=torch.float16)
    kept = {
        key for key, t in load_file(tmp_path / "c" / "model.safetensors").items() if t.dtype == torch.float32
    }
    assert kept
    assert all(key.endswith(("running_mean", "running_var")) for key in kept)


def test_attaching_a_record_leaves_weights_and_facts_alone(trained, tmp_path):
    before = (trained / "model.safetensors").read_bytes()
    both = TrainingRecord.union([_RECORD, TrainingRecord.build([AudioHashes(5, 6)], [])])
    attach_record(trained, both)
    assert (trained / "model.safetensors").read_bytes() == before
    assert read_card(trained)["stage"] == "last"
    assert encoder_record(trained).record.num_utterances == 2
    assert "- training:" in (trained / "card.md").read_text()
