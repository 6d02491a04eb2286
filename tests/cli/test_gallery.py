import json


def listed(gallery):
    status, out, _ = gallery("list", "--json")
    assert status == 0
    return {one["voice"]: one["references"] for one in json.loads(out)["voices"]}


def test_voices_are_listed(gallery, voices):
    _, out, _ = gallery("list")
    assert out.splitlines()[:2] == ["O'Hara\t4 references\t4.0 s", "Zoë\t4 references\t4.0 s"]
    assert out.splitlines()[3].startswith("3 voices, 12 references")
    _, out, _ = gallery("list", "--voice", "葵")
    assert out.splitlines()[0] == f"{voices / 'known' / '葵' / '0.wav'}\t1.0 s"
    _, out, _ = gallery("list", "--voice", "葵", "--json")
    assert len(json.loads(out)) == 4


def test_voices_are_renamed_merged_and_removed(gallery, voices):
    assert gallery("rename", "--voice", "Zoë", "--to", "Zoe")[1] == "Zoë is Zoe now, with 4 references\n"
    assert gallery("merge", "--into", "both", "Zoe", "O'Hara")[1] == "8 references are of both now\n"
    source = str(voices / "known" / "葵" / "1.wav")
    assert gallery("remove", "葵", "--sources", source)[1].startswith("1 references removed")
    assert listed(gallery) == {"both": 8, "葵": 3}
    assert gallery("remove", "葵")[0] == 0
    assert gallery("compact", "--keep_s", "0")[1].endswith("all older versions are gone\n")
    assert listed(gallery) == {"both": 8}
    assert gallery("remove", "both", "other", "--sources", source)[0] == 2


def test_a_gallery_that_is_not_there_is_named(run, tmp_path):
    status, _, errors = run("gallery", "list", "--gallery", tmp_path / "none")
    assert (status, len(errors)) == (2, 1)
    assert "no gallery there" in errors[0]
