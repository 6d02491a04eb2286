from kowairo.data.shards import ShardSet


def test_a_corpus_becomes_shards_with_bad_files_counted(run, corpus, tmp_path):
    (corpus / "s0-0.wav").write_bytes(b"")
    options = ["--corpus", corpus, "--out", tmp_path / "shards", "--shard_mb", 0.1, "--seed", 3]
    status, out, _ = run("corpus", "shard", *options)
    shards = ShardSet.open(tmp_path / "shards")
    assert len(shards.shards) > 1
    assert (status, out) == (
        0,
        f"23 lines of 4 speakers in {len(shards.shards)} shards, 1 left out, 1 empty\n",
    )


def test_shards_are_indexed_again_from_what_is_in_them(run, corpus, tmp_path):
    options = ["--corpus", corpus, "--out", tmp_path / "shards", "--format", "original"]
    assert run("corpus", "shard", *options)[0] == 0
    found = ["--shards", tmp_path / "shards", "--out", tmp_path / "index"]
    status, out, _ = run("corpus", "index", *found, "--label", "json", "--field", "speaker")
    assert (status, out) == (0, "24 lines of 4 speakers in 1 shards, 0 left out\n")
    assert list(ShardSet.open(tmp_path / "index").utts) == list(ShardSet.open(tmp_path / "shards").utts)


def test_shards_without_labels_are_one_line_and_status_two(run, corpus, tmp_path):
    run("corpus", "shard", "--corpus", corpus, "--out", tmp_path / "shards")
    found = ["--shards", tmp_path / "shards", "--out", tmp_path / "index"]
    status, out, errors = run("corpus", "index", *found, "--label", "cls")
    assert (status, out, len(errors)) == (2, "", 1)
    assert "no sample has audio and a speaker in .cls; its members: .flac (24), .json (24)" in errors[0]
