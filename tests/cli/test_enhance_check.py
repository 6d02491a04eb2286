import pytest

from kowairo.core import read_json
from kowairo.enhance import LinearNetV2, save_enhancer


@pytest.mark.slow
def test_two_eers_are_told_for_each_list(run, corpus, embeddings, tmp_path):
    save_enhancer(LinearNetV2(8, activation="ELU"), tmp_path / "net")
    theirs = tmp_path / "list"
    theirs.write_text("1 s0-0.wav s0-1.npy\n1 s1-0 s1-1\n0 s0-0 s1-0\n0 s2-0 s1-1.wav\n")
    lists = ["--test_list", corpus / "trials", "--foreign_list", theirs, "--foreign_name", "vox"]
    base = ["--enhancer", tmp_path / "net", "--embeddings", embeddings / "test"]
    status, out, errors = run("enhance", "check", *base, *lists, "--out", tmp_path / "check.json")
    assert (status, errors) == (0, [])
    assert [line.split(":")[0] for line in out.splitlines()] == ["test", "vox"]
    assert all("% before" in line and "% after" in line for line in out.splitlines())
    found = read_json(tmp_path / "check.json")
    assert set(found["vox"]) == {"eer_before", "eer_after", "min_dcf_before", "min_dcf_after"}
    theirs.write_text("1 s0-0.wav nobody.npy\n0 s0-0 s1-0\n")
    status, _, errors = run("enhance", "check", *base, "--test_list", theirs)
    assert status == 2
    assert errors == [f"kowairo: {theirs}: no embedding of 'nobody.npy' (1 missing)"]


@pytest.mark.slow
def test_training_voices_are_refused_or_mark_their_list(run, trained_on, corpus, embeddings, tmp_path):
    save_enhancer(LinearNetV2(8), tmp_path / "net")
    trained_on(embeddings / "test", "s3-5")
    few = tmp_path / "few"
    few.write_text("1 s0-0 s0-1\n1 s1-0 s1-1\n0 s0-0 s1-0.wav\n")
    given = ["--enhancer", tmp_path / "net", "--embeddings", embeddings / "test", "--test_list", few]
    assert run("enhance", "check", *given)[0] == 0
    both = [*given, "--foreign_list", corpus / "trials", "--out", tmp_path / "check.json"]
    status, _, errors = run("enhance", "check", *both)
    assert (status, len(errors)) == (2, 1)
    assert errors[0].startswith(f"kowairo: {corpus / 'trials'}: 1 of 24 utterances were in the training")
    assert not (tmp_path / "check.json").exists()
    status, out, _ = run("enhance", "check", *both, "--allow_overlap", "true")
    assert status == 0
    assert ["[overlap: " in line for line in out.splitlines()] == [False, True]
    found = read_json(tmp_path / "check.json")
    assert ("overlap" in found["test"], found["libri"]["overlap"]["by_audio"]) == (False, 1)
