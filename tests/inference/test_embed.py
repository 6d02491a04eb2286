"""An embedding job: right vectors, bad files counted, nothing lost to a kill."""

import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

from kowairo.core import (
    AudioRef,
    EmbeddingSet,
    InputError,
    Speaker,
    TrainingOverlap,
    TrainingRecord,
    file_digest,
    open_crops,
    speakers_of,
)
from kowairo.data import AudioStore, hash_audio, read_audio
from kowairo.inference import CropPlan, EmbedSettings, StoredLines, embed_corpus, extraction
from kowairo.models import attach_record, load_encoder

FILES = ("vectors.npy", "utts", "meta.json", "skipped.tsv")


def test_each_vector_is_the_encoder_on_the_whole_file_alone(corpus, checkpoint, tmp_path):
    embed_corpus(corpus.audio, checkpoint, tmp_path / "set")
    found = EmbeddingSet.load(tmp_path / "set")
    encoder = load_encoder(checkpoint)
    assert found.utts == corpus.utts
    for utt in corpus.utts:
        with torch.inference_mode():
            alone = encoder(torch.from_numpy(read_audio(corpus.audio[utt]))[None])[0].numpy()
        np.testing.assert_allclose(found.rows([utt])[0], alone, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("workers", "part_size"), [(1, 500), (2, 5), (3, 1)])
def test_workers_and_parts_do_not_change_a_bit(corpus, checkpoint, tmp_path, workers, part_size):
    embed_corpus(corpus.audio, checkpoint, tmp_path / "one", workers=2, part_size=4)
    embed_corpus(corpus.audio, checkpoint, tmp_path / "two", workers=workers, part_size=part_size)
    assert [file_digest(tmp_path / "one" / name) for name in FILES] == [
        file_digest(tmp_path / "two" / name) for name in FILES
    ]


def test_bad_files_are_counted_by_reason_and_skipped(corpus, checkpoint, tmp_path):
    text = tmp_path / "text.wav"
    text.write_text("not audio at all")
    audio = {**corpus.audio, "text": AudioRef(text, None), "gone": AudioRef(tmp_path / "gone.wav", None)}
    summary = embed_corpus(audio, checkpoint, tmp_path / "set")
    assert summary.skipped == {"missing": 1, "undecodable": 1}
    assert (summary.num_utterances, summary.num_embedded) == (len(audio), len(corpus.utts))
    listed = (tmp_path / "set" / "skipped.tsv").read_text().splitlines()
    assert [line.split("\t")[:2] for line in listed] == [
        ["utt", "reason"],
        ["gone", "missing"],
        ["text", "undecodable"],
    ]


def test_strict_fails_after_the_set_is_written_and_again_when_repeated(corpus, checkpoint, tmp_path):
    audio = {**corpus.audio, "gone": AudioRef(tmp_path / "gone.wav", None)}
    for _ in range(2):
        with pytest.raises(InputError, match="files were skipped \\(1 missing\\)"):
            embed_corpus(audio, checkpoint, tmp_path / "set", strict=True)
    assert len(EmbeddingSet.load(tmp_path / "set")) == len(corpus.utts)


def test_a_job_without_a_single_good_file_is_an_error(checkpoint, tmp_path):
    with pytest.raises(InputError, match="no file could be embedded"):
        embed_corpus({"a": AudioRef(tmp_path / "a.wav", None)}, checkpoint, tmp_path / "set")


def test_an_empty_job_is_refused(checkpoint, tmp_path):
    with pytest.raises(InputError, match="nothing to do"):
        embed_corpus({}, checkpoint, tmp_path / "set")


def test_max_duration_uses_the_start_of_the_file(corpus, checkpoint, tmp_path):
    embed_corpus(corpus.audio, checkpoint, tmp_path / "set", settings=EmbedSettings(max_duration_s=0.5))
    utt = corpus.utts[0]
    with torch.inference_mode():
        start = load_encoder(checkpoint)(torch.from_numpy(read_audio(corpus.audio[utt])[:8000])[None])[0]
    np.testing.assert_allclose(
        EmbeddingSet.load(tmp_path / "set").rows([utt])[0], start, rtol=1e-5, atol=1e-5
    )


def test_bf16_is_near_fp32(corpus, checkpoint, tmp_path):
    embed_corpus(corpus.audio, checkpoint, tmp_path / "fp32")
    embed_corpus(corpus.audio, checkpoint, tmp_path / "bf16", settings=EmbedSettings(precision="bf16"))
    a = np.asarray(EmbeddingSet.load(tmp_path / "fp32").vectors)
    b = np.asarray(EmbeddingSet.load(tmp_path / "bf16").vectors)
    cosine = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    assert cosine.min() > 0.99  # bf16 keeps 8 bits


def test_an_encoder_without_weights_goes_by_class_path(corpus, tmp_path):
    summary = embed_corpus(corpus.audio, "kowairo.models.MfccStatistics", tmp_path / "set")
    found = EmbeddingSet.load(summary.folder)
    assert found.vectors.shape == (len(corpus.utts), 46)
    assert found.meta["encoder"].endswith("MfccStatistics")


def test_a_finished_set_is_left_as_it_is_until_something_changes(corpus, checkpoint, tmp_path):
    embed_corpus(corpus.audio, checkpoint, tmp_path / "set")
    before = (tmp_path / "set" / "vectors.npy").stat().st_mtime_ns
    embed_corpus(corpus.audio, checkpoint, tmp_path / "set", workers=1)
    assert (tmp_path / "set" / "vectors.npy").stat().st_mtime_ns == before
    embed_corpus(corpus.audio, checkpoint, tmp_path / "set", settings=EmbedSettings(max_duration_s=0.5))
    assert (tmp_path / "set" / "vectors.npy").stat().st_mtime_ns != before


def test_a_stopped_job_keeps_its_parts_and_ends_in_the_same_set(corpus, checkpoint, tmp_path, monkeypatch):
    embed_corpus(corpus.audio, checkpoint, tmp_path / "whole", part_size=5)
    asked: list[str] = []
    original = extraction.embed_samples

    def counted(*arguments, name, **options):
        asked.append(name)
        if len(asked) == 8:
            raise KeyboardInterrupt
        return original(*arguments, name=name, **options)

    monkeypatch.setattr(extraction, "embed_samples", counted)
    with pytest.raises(KeyboardInterrupt):
        embed_corpus(corpus.audio, checkpoint, tmp_path / "set", part_size=5, workers=1)
    assert not (tmp_path / "set").exists()
    stopped_after = len(asked)
    embed_corpus(corpus.audio, checkpoint, tmp_path / "set", part_size=5, workers=1)
    assert len(asked) - stopped_after == len(corpus.utts) - 5  # the first part was there
    assert [file_digest(tmp_path / "set" / name) for name in FILES] == [
        file_digest(tmp_path / "whole" / name) for name in FILES
    ]
    assert not (tmp_path / "set.parts").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [({"max_duration_s": 0.1}, "at least 0.5 s"), ({"precision": "fp8"}, "auto, fp32 or bf16")],
)
def test_wrong_settings_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        EmbedSettings(**options)


KILLED_JOB = """
import sys
from pathlib import Path
from kowairo.core import Corpus
from kowairo.inference import embed_corpus
audio = Corpus.read(Path(sys.argv[1])).audio
many = {f"{utt}-{copy:03d}": ref for utt, ref in audio.items() for copy in range(60)}
embed_corpus(many, sys.argv[2], Path(sys.argv[3]), part_size=20)
"""


@pytest.mark.slow
def test_a_killed_process_ends_in_the_same_vectors(corpus, checkpoint, tmp_path):
    tables = tmp_path / "tables"
    corpus.write(tables)

    def start(out):
        command = [sys.executable, "-c", KILLED_JOB, str(tables), str(checkpoint), str(tmp_path / out)]
        return subprocess.Popen(command, start_new_session=True)

    assert start("whole").wait(600) == 0
    process = start("killed")
    deadline = time.monotonic() + 300
    while len(list(tmp_path.glob("killed.parts/part-*.npz"))) < 3:
        assert process.poll() is None, "the job ended before it could be killed"
        assert time.monotonic() < deadline, "no part came"
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL
    assert not (tmp_path / "killed").exists()
    assert start("killed").wait(600) == 0
    for name in ("vectors.npy", "utts", "skipped.tsv"):
        assert file_digest(tmp_path / "killed" / name) == file_digest(tmp_path / "whole" / name)


@pytest.mark.slow
def test_embedding_works_where_torchaudio_cannot_be_imported(corpus, checkpoint, tmp_path):
    tables = tmp_path / "tables"
    corpus.write(tables)
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "torchaudio.py").write_text("raise OSError('undefined symbol')\n")
    environment = {**os.environ, "PYTHONPATH": str(broken)}
    command = [sys.executable, "-c", KILLED_JOB, str(tables), str(checkpoint), str(tmp_path / "set")]
    assert subprocess.run(command, env=environment, check=False).returncode == 0


@pytest.fixture
def recorded(corpus, checkpoint, tmp_path):
    """A copy of the checkpoint that was trained on two lines, and on the speaker of a third one."""
    folder = tmp_path / "recorded"
    shutil.copytree(checkpoint, folder)
    first, second, *_ = corpus.utts
    audio = [hashes for _, hashes in hash_audio(corpus.subset([first, second]).audio.items())]
    attach_record(folder, TrainingRecord.build(audio, [Speaker("", corpus.utt2spk[corpus.utts[-1]])]))
    return folder


@pytest.mark.parametrize("part_size", [1, 500])
def test_a_set_says_which_of_its_lines_the_encoder_was_trained_on(corpus, recorded, tmp_path, part_size):
    embed_corpus(corpus.audio, recorded, tmp_path / "set", part_size=part_size, speakers=speakers_of(corpus))
    overlap = TrainingOverlap.of_set(tmp_path / "set")
    last = corpus.utt2spk[corpus.utts[-1]]
    assert overlap.audio == set(corpus.utts[:2])
    assert overlap.speakers == {utt: last for utt, speaker in corpus.utt2spk.items() if speaker == last}
    assert EmbeddingSet.load(tmp_path / "set").meta["training_record"]["utterances"] == 2


def test_lines_of_a_store_are_known_by_their_samples(corpus, recorded, tmp_path):
    store = AudioStore.build(corpus, tmp_path / "store", speeds=(1.0, 0.9))
    embed_corpus(StoredLines(store), recorded, tmp_path / "set")
    assert TrainingOverlap.of_set(tmp_path / "set").audio == set(corpus.utts[:2])


def test_speakers_are_looked_for_in_a_finished_set_too(corpus, recorded, tmp_path):
    embed_corpus(corpus.audio, recorded, tmp_path / "set")
    before = (tmp_path / "set" / "vectors.npy").stat().st_mtime_ns
    assert TrainingOverlap.of_set(tmp_path / "set").speakers == {}
    embed_corpus(corpus.audio, recorded, tmp_path / "set", speakers=speakers_of(corpus))
    assert TrainingOverlap.of_set(tmp_path / "set").speakers != {}
    assert (tmp_path / "set" / "vectors.npy").stat().st_mtime_ns == before


def test_a_set_of_another_record_is_made_again(corpus, checkpoint, recorded, tmp_path):
    embed_corpus(corpus.audio, checkpoint, tmp_path / "set")
    assert TrainingOverlap.of_set(tmp_path / "set") is None
    embed_corpus(corpus.audio, recorded, tmp_path / "set")
    assert TrainingOverlap.of_set(tmp_path / "set").audio == set(corpus.utts[:2])


def test_crops_are_kept_or_averaged_and_told_in_meta(corpus, checkpoint, tmp_path):
    for name in ("each", "mean"):
        settings = EmbedSettings(crops=CropPlan(4, 0.5, name))
        embed_corpus(corpus.audio, checkpoint, tmp_path / name, settings=settings, part_size=5)
    vectors, utts = open_crops(tmp_path / "each")
    assert (vectors.shape, utts) == ((len(corpus.utts), 4, 8), corpus.utts)
    averaged, kept = (EmbeddingSet.load(tmp_path / name) for name in ("mean", "each"))
    np.testing.assert_allclose(averaged.vectors, kept.vectors, rtol=1e-5, atol=1e-5)
    assert (kept.meta["crops"], kept.meta["crop_s"]) == (4, 0.5)
    assert averaged.meta["averaged_crops"] == 4
    assert "crops" not in averaged.meta


def test_a_finished_set_is_done_again_for_other_crops_only(corpus, checkpoint, tmp_path):
    plain = embed_corpus(corpus.audio, checkpoint, tmp_path / "set")
    before = (tmp_path / "set" / "meta.json").read_text()
    embed_corpus(corpus.audio, checkpoint, tmp_path / "set", settings=EmbedSettings())
    assert (tmp_path / "set" / "meta.json").read_text() == before
    crops = EmbedSettings(crops=CropPlan(2, 0.5, "each"))
    again = embed_corpus(corpus.audio, checkpoint, tmp_path / "set", settings=crops)
    assert again == plain
    assert open_crops(tmp_path / "set")[0].shape[1] == 2
