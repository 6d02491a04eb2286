import numpy as np
import pytest

from kowairo.core import EmbeddingSet, read_json


@pytest.fixture
def mirrored(tmp_path):
    """Embeddings as voxceleb_trainer's layout has them, and of whole speakers beside."""
    folder = tmp_path / "emb"
    for utt in [f"id{s}/{session}/{n}" for s in range(3) for session in "xy" for n in range(3)]:
        (folder / utt).parent.mkdir(parents=True, exist_ok=True)
        np.save(folder / f"{utt}.npy", np.ones((10, 4), dtype=np.float32))
    np.save(folder / "id0.npy", np.ones(4, dtype=np.float32))
    return folder


def test_all_four_lists_come_from_a_mirrored_folder(run, mirrored, tmp_path):
    out = tmp_path / "lists"
    status, text, errors = run("enhance", "lists", "--embeddings", mirrored, "--out", out, "--name", "vox")
    assert (status, errors) == (0, [])
    assert "vox_normal_list.txt: 18 lines, 3 speakers" in text
    assert (out / "vox_normal_list.txt").read_text().splitlines()[0] == "id0 id0/x/0"
    assert read_json(out / "vox_lists.json")["lists"]["vox_distribution_list.txt"]["same_session"] == 6


def test_a_corpus_has_speakers_and_a_table_of_sessions(run, corpus, tmp_path):
    options = ["--corpus", corpus, "--out", tmp_path / "lists"]
    assert run("enhance", "lists", *options)[0] == 0
    assert not (tmp_path / "lists" / "distribution_list.txt").exists()
    utts = [line.split()[0] for line in (corpus / "utt2spk").read_text().splitlines()]
    (corpus / "utt2title").write_text("".join(f"{utt} t{utt[-1] < '3'}\n" for utt in utts))
    more = ["--sessions", "utt2title", "--kinds", "distribution", "test"]
    assert run("enhance", "lists", *options, *more)[0] == 0
    assert (tmp_path / "lists" / "distribution_list.txt").exists()


def test_only_lines_with_an_embedding_are_listed(run, corpus, tmp_path):
    EmbeddingSet(np.eye(2, dtype=np.float32), ["s0-0", "s1-1"]).save(tmp_path / "some")
    options = ["--corpus", corpus, "--embeddings", tmp_path / "some", "--out", tmp_path / "lists"]
    assert run("enhance", "lists", *options, "--kinds", "normal")[0] == 0
    assert (tmp_path / "lists" / "normal_list.txt").read_text() == "s0 s0-0\ns1 s1-1\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "lists need --corpus DIR, or --embeddings DIR"),
        (["--corpus", "CORPUS", "--sessions", "utt2mood"], "no table utt2mood; it has utt2dur"),
        (
            ["--corpus", "CORPUS", "--pairs_per_file", 9],
            "4 speakers have fewer than 10 files: s0 (6), s1 (6)",
        ),
        (["--corpus", "CORPUS", "--kinds", "distribution"], "need sessions; name a table of them"),
        (["--embeddings", "EMB", "--sessions", "utt2title"], "--sessions names a table of --corpus"),
    ],
)
def test_what_cannot_be_listed_is_one_line_and_leaves_nothing(
    run, corpus, mirrored, tmp_path, options, message
):
    named = {"CORPUS": corpus, "EMB": mirrored}
    given = [named.get(option, option) for option in options]
    status, _, errors = run("enhance", "lists", *given, "--out", tmp_path / "lists")
    assert status == 2
    assert len(errors) == 1
    assert message in errors[0]
    assert not (tmp_path / "lists").exists()


def test_speakers_can_be_split_and_each_side_has_its_lists(run, mirrored, tmp_path):
    for speaker in range(3, 9):
        (mirrored / f"id{speaker}" / "x").mkdir(parents=True)
        for line in range(5):
            np.save(mirrored / f"id{speaker}" / "x" / f"{line}.npy", np.ones(4, dtype=np.float32))
    options = ["--embeddings", mirrored, "--out", tmp_path / "lists", "--split", 0.5, 0.25, 0.25]
    assert run("enhance", "lists", *options)[0] == 0
    names = {}
    for side in ("train", "valid", "test"):
        lines = (tmp_path / "lists" / f"{side}_normal_list.txt").read_text().splitlines()
        names[side] = {line.split()[0] for line in lines}
        assert (tmp_path / "lists" / f"{side}_lists.json").exists()
    assert sum(map(len, names.values())) == len(set().union(*names.values())) == 9
    status, _, errors = run("enhance", "lists", *options, "--name", "x")
    assert status == 2
    assert "--split takes three shares, for train, valid and test, and no --name" in errors[0]
