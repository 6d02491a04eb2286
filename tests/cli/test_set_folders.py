import pytest

from kowairo.cli.set_folders import carry_overlap, embedding_sets
from kowairo.core import EmbeddingSet, InputError, TrainingOverlap
from kowairo.core.training_overlap import OVERLAP_NAME, RECORD_KEY


def test_a_folder_of_sets_gives_them_by_name(embeddings):
    assert [name for name, _ in embedding_sets(embeddings)] == ["test", "train"]


def test_a_set_has_no_name(embeddings):
    ((name, vectors),) = embedding_sets(embeddings / "test")
    assert (name, len(vectors)) == ("", 24)


def test_a_folder_without_sets_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no embedding set"):
        list(embedding_sets(tmp_path))


@pytest.fixture
def heard(embeddings):
    """The set `test`, by an encoder that was trained on the line s0-0 and on the speaker s3."""
    folder = embeddings / "test"
    whole = EmbeddingSet.load(folder)
    EmbeddingSet(whole.vectors.copy(), whole.utts, {RECORD_KEY: {}}).save(folder)
    TrainingOverlap(frozenset(["s0-0"]), {f"s3-{line}": "s3" for line in range(6)}).write(
        folder / OVERLAP_NAME
    )
    return folder


def test_what_is_made_of_a_training_line_counts_as_trained_on(heard, tmp_path):
    lines = {"m0": ["s0-1", "s0-0"], "m1": ["s1-0", "s1-1"], "m3": ["s1-0", "s3-2"]}
    carry_overlap(heard, tmp_path, made_of=lines)
    found = TrainingOverlap.read(tmp_path / OVERLAP_NAME)
    assert found.audio == {"s0-0", "m0"}
    assert found.among(["m1"]) is None
    assert found.among(["m0", "m1", "m3"]).utterances == 2
    assert found.speakers["m3"] == "s3"


def test_a_set_of_an_encoder_without_record_carries_nothing(embeddings, tmp_path):
    carry_overlap(embeddings / "test", tmp_path, made_of={"m0": ["s0-0"]})
    assert not (tmp_path / OVERLAP_NAME).exists()
