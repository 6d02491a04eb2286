import shutil

from kowairo.core import encoder_folders
from kowairo.inference.gallery import AcceptanceRule, Gallery


def test_another_encoder_is_refused(gallery, voices, tmp_path, trained):
    status, _, errors = gallery("identify", voices / "0.wav", "--encoder", trained)
    assert status == 2
    assert "vectors of two encoders cannot be compared" in errors[0]


def test_a_gallery_remembers_its_encoder_by_an_absolute_path(run, tmp_path, voices, tiny, monkeypatch):
    monkeypatch.chdir(tiny.parent)
    options = ["--voice", "a", voices / "0.wav"]
    assert run("gallery", "add", "--gallery", tmp_path / "g", "--encoder", "tiny", *options)[0] == 0
    monkeypatch.chdir(tmp_path)
    assert run("gallery", "add", "--gallery", tmp_path / "g", "--voice", "a", voices / "1.wav")[0] == 0


def test_a_folder_called_like_an_encoder_is_not_taken_for_it(run, tmp_path, voices, tiny, monkeypatch):
    shutil.copytree(tiny, tmp_path / "weights" / "base")
    monkeypatch.setattr(encoder_folders, "shipped_folder", lambda: tmp_path / "weights")
    (tmp_path / "here" / "base").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    assert run("gallery", "add", "--gallery", tmp_path / "g", "--voice", "a", voices / "0.wav")[0] == 0
    assert Gallery.open(tmp_path / "g").encoder.name == "base"
    assert run("gallery", "add", "--gallery", tmp_path / "g", "--voice", "a", voices / "1.wav")[0] == 0


def test_a_kept_threshold_is_used(gallery, place, voices):
    Gallery.open(place).keep_rule(AcceptanceRule(1.0, 0.0, "max"))
    assert "unknown (" in gallery("identify", voices / "0.wav")[1]
    assert "no threshold" in gallery("identify", voices / "0.wav", "--scoring", "mean")[1]
