import io
import tarfile

import pytest

from kowairo.core import InputError
from kowairo.data.shards.tar_samples import Member, TarSample, split_name, tar_samples


def archive(members, mode="w"):
    """A tar file of (name, content); content None is a folder."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode=mode) as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.type = tarfile.DIRTYPE if data is None else tarfile.REGTYPE
            info.size = len(data or b"")
            tar.addfile(info, io.BytesIO(data or b""))
    content.seek(0)
    return content


def test_neighbours_of_one_name_are_a_sample():
    members = [("a.flac", b"AAA"), ("a.json", b"{}"), ("b.wav", b"B"), ("b.cls", b"7"), ("a.flac", b"A2")]
    file = archive(members)
    samples = list(tar_samples(file, source="x"))
    assert [(sample.key, list(sample.members)) for sample in samples] == [
        ("a", ["flac", "json"]),
        ("b", ["wav", "cls"]),
        ("a", ["flac"]),
    ]
    contents = [file.getvalue()[s.audio.offset : s.audio.offset + s.audio.size] for s in samples]
    assert contents == [b"AAA", b"B", b"A2"]


def test_folders_links_and_long_names_are_read_over_or_through():
    long = "folder/" + "長" * 100
    samples = list(tar_samples(archive([("folder", None), (f"{long}.ogg", b"x")]), source="x"))
    assert [(sample.key, sample.audio.size) for sample in samples] == [(long, 1)]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("a.flac", ("a", "flac")),
        ("./d.x/a.seg.JSON", ("d.x/a", "seg.json")),
        ("a", ("a", "")),
        (".hidden", ("", "hidden")),
    ],
)
def test_a_name_is_parted_at_the_first_dot_behind_its_folders(name, parts):
    assert split_name(name) == parts


def test_a_sample_without_audio_says_so():
    assert TarSample("a", {"txt": Member(0, 1), "seg.json": Member(0, 1)}).audio is None


def test_an_archive_that_breaks_off_or_is_compressed_is_refused():
    whole = archive([("a.flac", bytes(5000))]).getvalue()
    with pytest.raises(InputError, match="x is no whole"):
        list(tar_samples(io.BytesIO(whole[:3000]), source="x"))
    with pytest.raises(InputError, match="x is no whole"):
        list(tar_samples(archive([("a.flac", bytes(5000))], mode="w:gz"), source="x"))
