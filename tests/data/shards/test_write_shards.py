import json
import shutil
import signal
import subprocess
import sys
import tarfile

import numpy as np
import pytest

from kowairo.core import Corpus, CorpusTables, InputError, file_digest, read_json
from kowairo.data import read_audio
from kowairo.data.audio import decode_bytes
from kowairo.data.shards import ShardReader, ShardSet, write_shards


def members(folder):
    """Name and content of all members of all shards."""
    found = {}
    for path in sorted(folder.glob("*.tar")):
        with tarfile.open(path) as tar:
            found |= {member.name: tar.extractfile(member).read() for member in tar}
    return found


def digests(folder):
    return {path.name: file_digest(path) for path in sorted(folder.iterdir()) if path.is_file()}


def test_every_line_is_a_flac_and_a_json_beside_each_other(folder, shards):
    corpus, found = Corpus.read(folder), members(shards.folder)
    assert len(found) == 24
    names = list(found)
    assert [name.removesuffix(".flac") for name in names[::2]] == [
        name.removesuffix(".json") for name in names[1::2]
    ]
    facts = [json.loads(content) for name, content in found.items() if name.endswith(".json")]
    assert {f["utt"]: f["speaker"] for f in facts} == corpus.utt2spk
    assert {f["utt"]: f["text"] for f in facts} == corpus.utt_tables["text"]
    genders = corpus.spk_tables["spk2gender"]
    assert all(f["spk2gender"] == genders[f["speaker"]] for f in facts)
    assert "odd%2Fname%2Ewav-ア.flac" in names


def test_16_bit_audio_comes_back_bit_for_bit(folder, shards):
    corpus, reader = Corpus.read(folder), ShardReader(shards)
    for row, utt in enumerate(shards.utts):
        decoded = decode_bytes(reader.read(row), source=utt).samples
        np.testing.assert_array_equal(decoded, read_audio(corpus.audio[utt]))
        assert shards.speakers[shards.labels[row]] == corpus.utt2spk[utt]


def test_the_index_counts_sizes_and_digests(shards):
    index = read_json(shards.folder / "index.json")
    assert len(index["shards"]) > 2
    assert sum(shard["utts"] for shard in index["shards"]) == index["utterances"] == 12
    assert index["speakers"] == ["s00", "s01", "s02"]
    assert index["dropped"] == {}
    for shard in index["shards"]:
        assert shard["sha256"] == file_digest(shards.folder / shard["name"])
        assert shard["num_bytes"] == (shards.folder / shard["name"]).stat().st_size
    # A shard is closed by the line that fills it.
    assert all(shard["num_bytes"] > 40_000 for shard in index["shards"][:-1])


def test_lines_are_in_another_order_for_another_seed_and_the_same_for_the_same(folder, shards, tmp_path):
    again = write_shards(CorpusTables(folder), tmp_path / "same", shard_mb=0.04, seed=1, threads=2)
    other = write_shards(CorpusTables(folder), tmp_path / "other", shard_mb=0.04, seed=2)
    assert digests(again.folder) == digests(shards.folder)
    assert list(other.utts) != list(shards.utts)
    assert list(shards.utts) != sorted(shards.utts)
    assert sorted(other.utts) == sorted(shards.utts)


def test_original_files_are_kept_byte_for_byte(folder, tmp_path):
    corpus = Corpus.read(folder)
    shards = write_shards(CorpusTables(folder), tmp_path / "s", audio_format="original")
    reader = ShardReader(shards)
    for row, utt in enumerate(shards.utts):
        assert reader.read(row) == corpus.audio[utt].path.read_bytes()
    assert all(name.endswith((".wav", ".json")) for name in members(shards.folder))


@pytest.mark.parametrize("audio_format", ["flac", "original"])
def test_bad_files_are_counted_and_left_out_with_their_speaker(folder, tmp_path, audio_format):
    shutil.copytree(folder, tmp_path / "corpus")
    for number, path in enumerate(sorted((tmp_path / "corpus").rglob("s02*.wav"))):
        path.unlink() if number == 0 else path.write_bytes(b"RIFF no wave" * number)
    shards = write_shards(CorpusTables(tmp_path / "corpus"), tmp_path / "s", audio_format=audio_format)
    assert shards.dropped == {"missing": 1, "undecodable": 3}
    assert (len(shards.utts), shards.speakers) == (8, ["s00", "s01"])
    assert len((tmp_path / "s" / "dropped.tsv").read_text().splitlines()) == 5


def test_a_corpus_without_a_readable_line_leaves_nothing_behind(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "corpus")
    for path in (tmp_path / "corpus").rglob("*.wav"):
        path.write_bytes(b"")
    with pytest.raises(InputError, match=r"no line of .* can be read: 0 lines .*12 empty"):
        write_shards(CorpusTables(tmp_path / "corpus"), tmp_path / "s")
    assert list((tmp_path / "s").iterdir()) == []


def test_finished_shards_are_found_and_those_of_other_settings_refused(folder, shards):
    before = digests(shards.folder)
    again = write_shards(CorpusTables(folder), shards.folder, shard_mb=0.04, seed=1)
    assert again.shards == shards.shards
    assert digests(shards.folder) == before
    with pytest.raises(InputError, match="is not empty"):
        write_shards(CorpusTables(folder), shards.folder, shard_mb=0.04, seed=3)


def test_unfinished_shards_of_other_settings_are_refused(folder, tmp_path):
    (tmp_path / "s" / "unfinished").mkdir(parents=True)
    (tmp_path / "s" / "unfinished" / "plan.json").write_text('{"fingerprint": "another"}')
    with pytest.raises(InputError, match="unfinished shards of another corpus"):
        write_shards(CorpusTables(folder), tmp_path / "s")


@pytest.mark.parametrize("settings", [{"shard_mb": 0}, {"audio_format": "mp3"}])
def test_wrong_settings_are_refused(folder, tmp_path, settings):
    with pytest.raises(InputError, match="positive and the format"):
        write_shards(CorpusTables(folder), tmp_path / "s", **settings)


_KILLED = """
import os, signal, sys
from kowairo.core import CorpusTables
from kowairo.data.shards import _shard_parts, write_shards
add, count = _shard_parts.PartFolder.add, [0]
def killing_add(self, part):
    count[0] += 1
    if count[0] == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    add(self, part)
_shard_parts.PartFolder.add = killing_add
write_shards(CorpusTables(sys.argv[1]), sys.argv[2], shard_mb=0.04, seed=1, threads=2)
"""


def test_a_killed_job_goes_on_and_gives_the_same_shards(folder, shards, tmp_path):
    command = [sys.executable, "-c", _KILLED, str(folder), str(tmp_path / "s")]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert not (tmp_path / "s" / "index.json").exists()
    (tmp_path / "s" / ".partial-0-shards-000003.tar").write_bytes(b"half")
    first = (tmp_path / "s" / "shards-000000.tar").stat().st_ino
    again = write_shards(CorpusTables(folder), tmp_path / "s", shard_mb=0.04, seed=1)
    assert digests(again.folder) == digests(shards.folder)
    assert (tmp_path / "s" / "shards-000000.tar").stat().st_ino == first  # not written twice
    assert not (tmp_path / "s" / "unfinished").exists()
    assert ShardSet.open(tmp_path / "s").shards == shards.shards
