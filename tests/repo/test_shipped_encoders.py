"""The encoders in kowairo-weights: small, in half precision, and what their cards say of them is true."""

import json
import re

import pytest

from kowairo.core import Corpus, encoder_record
from kowairo.data import hash_audio
from kowairo.models import from_pretrained, read_card

MOST_PARAMETERS = 3_700_000
MOST_BYTES = 15_000_000
FACTS = {
    "name",
    "licence",
    "languages",
    "ages",
    "spoofing",
    "consent",
    "parameters",
    "embedding_dim",
    "storage",
    "half_precision",
    "training",
    "operating_points",
}
SMALL = ("base", "anime")
"""Those that the limits are for; an adapted CAM++ has the size of CAM++."""


@pytest.fixture
def weights(root):
    return root / "packages" / "kowairo-weights" / "src" / "kowairo" / "weights"


@pytest.fixture
def folders(weights):
    found = sorted(path.parent for path in weights.glob("*/config.yaml"))
    if not found:
        pytest.skip("no encoder in kowairo-weights")
    return found


def stored_types(folder):
    """Types of the stored tensors by name, from the header of the file."""
    with (folder / "model.safetensors").open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return {name: tensor["dtype"] for name, tensor in header.items() if name != "__metadata__"}


def test_both_encoders_are_there_and_small_together(folders):
    small = [folder for folder in folders if folder.name in SMALL]
    assert {folder.name for folder in small} == set(SMALL)
    assert sum(path.stat().st_size for folder in small for path in folder.iterdir()) <= MOST_BYTES


def test_weights_are_in_half_precision(folders):
    for folder in folders:
        whole = {name for name, kind in stored_types(folder).items() if kind not in ("F16", "I64")}
        assert {name for name in whole if not name.endswith(("running_mean", "running_var"))} == set()


def test_an_encoder_has_as_many_parameters_as_its_card_says(folders):
    for folder in folders:
        encoder, card = from_pretrained(folder.name), read_card(folder)
        assert sum(parameter.numel() for parameter in encoder.parameters()) == card["parameters"]
        assert encoder.embedding_dim == card["embedding_dim"]
        assert card["parameters"] <= MOST_PARAMETERS or folder.name not in SMALL


def test_a_card_says_what_a_user_must_know(folders):
    for folder in folders:
        card = read_card(folder)
        assert set(card) >= FACTS
        assert card["name"] == folder.name
        assert card["half_precision"]["least_cosine"] >= 0.9999


def test_a_training_record_is_the_one_of_the_card(folders):
    for folder in folders:
        record, training = encoder_record(folder).record, read_card(folder)["training"]
        assert (record.num_utterances, record.num_speakers) == (training["utterances"], training["speakers"])


def test_a_folder_can_stand_alone(folders):
    for folder in folders:
        names = {path.name for path in folder.iterdir()}
        needed = {
            "model.safetensors",
            "config.yaml",
            "card.json",
            "card.md",
            "training_record.bin",
            "NOTICE.md",
        }
        assert needed <= names


def test_no_trial_of_the_open_voices_is_in_a_training_record(folders, data_dir):
    for folder in folders:
        record = encoder_record(folder).record
        for side in ("dev", "test"):
            corpus = Corpus.read(data_dir / "voices" / side)
            names = {speaker.name for speaker in record.speakers}
            assert names.isdisjoint(corpus.speakers)
            assert not any(record.has_audio(one) for _, one in hash_audio(corpus.audio.items()))


def test_every_licence_text_that_the_notice_points_to_is_there(weights):
    pointed = re.findall(r"\]\((licences/[^)]+)\)", (weights / "NOTICE.md").read_text("utf-8"))
    assert {weights / path for path in pointed} == set((weights / "licences").iterdir())


def test_the_notice_names_every_source_of_the_open_voices(weights, data_dir):
    notice = (weights / "NOTICE.md").read_text("utf-8")
    sources = (data_dir / "voices" / "SOURCES.md").read_text("utf-8")
    prefixes = re.findall(r"^\| (\w+) \| ", sources, flags=re.MULTILINE)
    assert len(prefixes) > 20
    assert [prefix for prefix in prefixes if not re.search(rf"\b{prefix}\b", notice)] == []
