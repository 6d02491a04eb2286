"""The recipe of the shipped encoders: what it refuses, and that every stage runs on made voices."""

import numpy as np
import pytest
import soundfile
import torch
import yaml

from kowairo.core import AudioRef, Corpus, EmbeddingSet, Trials, write_trials, write_wav_scp
from kowairo.models import build_encoder, save_checkpoint
from kowairo.testing.tones import write_tone_corpus


def _all_pairs(corpus):
    pairs = [(a, b) for a in corpus.utts for b in corpus.utts if a < b]
    same = np.array([corpus.utt2spk[a] == corpus.utt2spk[b] for a, b in pairs])
    return Trials([a for a, _ in pairs], [b for _, b in pairs], same)


@pytest.fixture
def data(tmp_path):
    """voices/{train,dev,test} of tone voices, and noises and rooms."""
    root = tmp_path / "data"
    whole = write_tone_corpus(root / "all", 12, 4, 3, min_s=0.6, max_s=0.9)
    for name, low, high in (("train", "s00", "s06"), ("dev", "s06", "s09"), ("test", "s09", "s99")):
        part = whole.subset(utt for utt, speaker in whole.utt2spk.items() if low <= speaker < high)
        part.write(root / "voices" / name)
        write_trials(root / "voices" / name / "trials", _all_pairs(part))
    rng = np.random.default_rng(0)
    for kind, number in (("noise", 5), ("music", 5), ("rir", 5)):
        folder = root / "noise" / kind
        folder.mkdir(parents=True)
        for index in range(number):
            shape = np.exp(-np.arange(16000) / 800.0) if kind == "rir" else np.ones(32000)
            samples = 0.3 * shape * rng.standard_normal(len(shape))
            soundfile.write(folder / f"{index}.wav", samples, 16000)
        refs = {f"{kind}-{index}": AudioRef(folder / f"{index}.wav") for index in range(number)}
        write_wav_scp(root / "noise" / f"{kind}.scp", refs)
    return root


@pytest.fixture
def teacher(tmp_path, base):
    stage = yaml.safe_load((base.folder / "conf" / "smoke" / "1_base.yaml").read_text("utf-8"))
    torch.manual_seed(1)
    encoder = build_encoder(stage["encoder"])
    save_checkpoint(encoder, tmp_path / "teacher", config=stage["encoder"], card={"name": "teacher"})
    return tmp_path / "teacher"


@pytest.mark.smoke
def test_every_stage_runs_and_two_encoders_come_out(base, data, teacher, tmp_path):
    exp = tmp_path / "exp"
    options = ("--data", data, "--teacher", teacher, "--conf", "smoke", "--exp", exp)
    result = base.run(*options)
    assert result.returncode == 0, result.stderr[-3000:]
    assert result.stdout.splitlines()[-1].startswith("stage 7: ")
    for name in ("base", "anime"):
        assert (exp / "weights" / name / "model.safetensors").is_file()
        assert len(EmbeddingSet.load(exp / "embeddings" / name / "dev")) == 12
    assert not (exp / "embeddings" / "base" / "test").exists()  # scored only when asked for
    copies = [name for name in Corpus.read(exp / "data" / "base" / "train").speakers if "~w1" in name]
    assert len(copies) == 6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "give the folder of voices: --data DIR"),
        (("--data", "nowhere"), "--data nowhere: no such folder"),
        (("--data", "."), "has no voices/train/wav.scp"),
        (("--data", "DATA", "--teacher", "nowhere"), "--teacher nowhere: no such folder"),
        (("--data", "DATA", "--conf", "nowhere"), "--conf nowhere: expected full or a YAML file"),
        (("--data", "DATA", "--stage", "8"), "the last stage is 7"),
        (("--data", "DATA", "--stage", "3", "--stop-stage", "2"), "comes after"),
        (("--loud",), "unknown option --loud"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(base, data, options, message):
    result = base.run(*(data if option == "DATA" else option for option in options))
    assert (result.returncode, len(result.stderr.splitlines())) == (2, 1)
    assert message in result.stderr
