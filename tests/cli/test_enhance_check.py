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
