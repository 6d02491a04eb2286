"""`kowairo corpus join`."""

from kowairo.core import AudioRef, Corpus


def test_two_corpora_become_one(run, tmp_path):
    for name in ("a", "b"):
        Corpus({f"{name}-1": AudioRef(tmp_path / f"{name}.wav")}, {f"{name}-1": name}).write(tmp_path / name)
    corpora = f"[{tmp_path / 'a'},{tmp_path / 'b'}]"
    status, output, _ = run("corpus", "join", "--corpora", corpora, "--out", tmp_path / "all")
    assert (status, output) == (0, f"{tmp_path / 'all'}: 2 lines of 2 speakers\n")
    assert Corpus.read(tmp_path / "all").speakers == ["a", "b"]
