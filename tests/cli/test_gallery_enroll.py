import json


def test_a_folder_per_character_is_enrolled_and_bad_files_are_counted(run, tmp_path, voices, tiny):
    skipped = tmp_path / "skipped.tsv"
    options = ["--folder", voices / "known", "--encoder", tiny, "--skipped", skipped]
    status, out, _ = run("gallery", "enroll", "--gallery", tmp_path / "g", *options)
    assert status == 0
    assert out.splitlines() == ["12 references of 3 voices added", "skipped, silent: 1"]
    assert skipped.read_text("utf-8").splitlines()[1].split("\t")[:3] == [
        "葵",
        str(voices / "known" / "葵" / "silent.wav"),
        "silent",
    ]
    status, _, errors = run("gallery", "enroll", "--gallery", tmp_path / "g", *options, "--strict")
    assert (status, errors) == (2, ["kowairo: 1 files were skipped"])


def test_recordings_are_added_to_a_voice(gallery, voices):
    status, out, errors = gallery("add", "--voice", "新", voices / "0.wav", voices / "1.wav")
    assert (status, out, errors) == (0, "新: 2 references added\n", [])
    status, out, _ = gallery("add", "--voice", "新", voices / "0.wav")
    assert out == "新: 0 references added, 1 were there\n"
    silent = voices / "known" / "葵" / "silent.wav"
    status, out, errors = gallery("add", "--voice", "新", silent, voices / "2.wav")
    assert (status, out) == (2, "新: 1 references added\n")
    assert errors[0].startswith(f"kowairo: not added: {silent}: silent")


def test_an_embedding_set_is_enrolled_without_embedding(run, tmp_path, corpus, tiny):
    status, _, _ = run("embed", "--out", tmp_path / "set", "--corpus", corpus, "--encoder", tiny)
    assert status == 0
    given = ["--corpus", corpus, "--embeddings", tmp_path / "set"]
    status, out, errors = run("gallery", "enroll", "--gallery", tmp_path / "g", *given, "--encoder", tiny)
    assert (status, out, errors) == (0, "24 references of 4 voices added\n", [])
    status, out, _ = run("gallery", "list", "--gallery", tmp_path / "g", "--voice", "s1", "--json")
    assert json.loads(out)[0]["source"] == str(corpus / "s1-0.wav")
    status, _, errors = run("gallery", "enroll", "--gallery", tmp_path / "h", *given, "--encoder", "base")
    assert status == 2


def test_a_corpus_is_enrolled_under_the_names_of_its_speakers(run, tmp_path, corpus, tiny):
    (corpus / "spk2name").write_text("s0 葵\ns1 葵\ns2 Zoë\n", encoding="utf-8")
    options = ["--gallery", tmp_path / "g", "--corpus", corpus, "--encoder", tiny, "--any-quality"]
    assert run("gallery", "enroll", *options)[1] == "24 references of 4 voices added\n"
    _, out, _ = run("gallery", "list", "--gallery", tmp_path / "g")
    assert [line.split("\t")[0] for line in out.splitlines()[:4]] == ["Zoë", "s0", "s1", "s3"]


def test_one_source_of_voices_is_needed(run, tmp_path, corpus):
    for given in ([], ["--folder", corpus, "--corpus", corpus], ["--folder", corpus, "--embeddings", corpus]):
        status, _, errors = run("gallery", "enroll", "--gallery", tmp_path / "g", *given)
        assert (status, len(errors)) == (2, 1)
