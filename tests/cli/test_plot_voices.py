import pytest


@pytest.mark.parametrize("ending", ["png", "svg", "html"])
def test_a_map_of_a_gallery_is_drawn_in_every_format(run, place, tmp_path, ending):
    status, out, errors = run("plot", "map", "--gallery", place, "--out", tmp_path / f"new/map.{ending}")
    assert (status, errors) == (0, [])
    assert out.startswith(f"{tmp_path}/new/map.{ending}  ")
    assert (tmp_path / f"new/map.{ending}").stat().st_size > 5000


def test_a_folder_is_drawn_by_two_encoders_side_by_side(run, voices, tiny, trained, tmp_path):
    given = ["--folder", voices / "known", "--encoders", tiny, trained, "--labels", "MFCC", "葵の声"]
    status, out, errors = run("plot", "map", *given, "--out", tmp_path / "map.html", tmp_path / "map.png")
    assert (status, errors) == (0, [])
    assert out.splitlines()[-1] == "left out, silent: 1"
    page = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert "<h3>葵の声</h3>" in page
    assert page.count("data:audio/ogg") == 12


def test_characters_of_a_set_are_compared_without_their_audio(run, corpus, embeddings, tmp_path):
    given = ["--corpus", corpus / "utt2spk", "--embeddings", embeddings / "test"]
    status, _, errors = run("plot", "similarity", *given, "--out", tmp_path / "s.html")
    assert (status, errors) == (0, [])
    page = (tmp_path / "s.html").read_text(encoding="utf-8")
    assert "Most confusable pairs of characters" in page
    assert "data:audio" not in page


def test_strict_fails_when_a_line_was_left_out(run, voices, tiny, tmp_path):
    given = ["--folder", voices / "known", "--encoder", tiny, "--strict"]
    status, _, errors = run("plot", "similarity", *given, "--out", tmp_path / "s.png")
    assert (status, errors) == (2, ["kowairo: 1 lines could not be used"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["map", "--gallery", "g", "--out", "m.gif"], "expected an ending in png, svg, html"),
        (["map", "--gallery", "g", "--out=[]"], "expected a file to write"),
        (["map", "--out", "m.png"], "expected one of --folder DIR"),
        (["map", "--gallery", "no-such", "--out", "m.png"], "no gallery there"),
        (["map", "--folder", "no-such", "--out", "m.png"], "no such folder"),
        (["map", "--gallery", "g", "--method", "pca", "--out", "m.png"], "pca"),
        (["similarity", "--corpus", "no-such", "--out", "m.png"], "no such folder"),
    ],
)
def test_bad_options_are_one_line_and_status_2(run, options, message):
    status, out, errors = run("plot", *options)
    assert (status, out, len(errors)) == (2, "", 1)
    assert message in errors[0]


def test_one_character_has_no_matrix(run, voices, tiny, tmp_path):
    given = ["--folder", voices / "known", "--encoder", tiny, "--voices", "葵"]
    status, _, errors = run("plot", "similarity", *given, "--out", tmp_path / "s.png")
    assert (status, errors) == (2, ["kowairo: a matrix needs two characters or more, got 1"])
