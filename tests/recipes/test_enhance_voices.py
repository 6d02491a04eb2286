"""The recipe enhance on voices under conditions: every stage on made voices, and what it refuses."""

import numpy as np
import pytest
import soundfile

from kowairo.core import AudioRef, Corpus, Trials, read_json, write_trials, write_wav_scp
from kowairo.models import build_encoder, save_checkpoint
from kowairo.testing.tones import write_tone_corpus


def all_pairs(corpus):
    pairs = [(a, b) for a in corpus.utts for b in corpus.utts if a < b]
    same = np.array([corpus.utt2spk[a] == corpus.utt2spk[b] for a, b in pairs])
    return Trials([a for a, _ in pairs], [b for _, b in pairs], same)


@pytest.fixture
def data(tmp_path):
    root = tmp_path / "data"
    whole = write_tone_corpus(root / "all", 14, 4, 3, min_s=0.6, max_s=0.9)
    for name, low, high in (("train", "s00", "s06"), ("dev", "s06", "s10"), ("test", "s10", "s99")):
        part = whole.subset(utt for utt, speaker in whole.utt2spk.items() if low <= speaker < high)
        part.write(root / "voices" / name)
        if name != "train":
            write_trials(root / "voices" / name / "trials", all_pairs(part))
    rng = np.random.default_rng(0)
    for kind in ("noise", "music", "rir"):
        (root / "noise" / kind).mkdir(parents=True)
        refs = {f"{kind}-{index:04d}": AudioRef(root / "noise" / kind / f"{index}.wav") for index in range(6)}
        for ref in refs.values():
            shape = np.exp(-np.arange(16000) / 800.0) if kind == "rir" else np.ones(32000)
            soundfile.write(ref.path, 0.3 * shape * rng.standard_normal(len(shape)), 16000)
        write_wav_scp(root / "noise" / f"{kind}.scp", refs)
    return root


@pytest.mark.smoke
def test_every_stage_runs_and_the_test_is_left_alone_until_it_is_asked_for(enhance_voices, data, tmp_path):
    exp = tmp_path / "exp"
    options = ["--data", data, "--encoder", "kowairo.models.MfccStatistics", "--conf", "voices_smoke"]
    first = enhance_voices.run(*options, "--lines", 2, "--exp", exp)
    assert first.returncode == 0, first.stderr[-3000:]
    assert not (exp / "embeddings" / "test").exists()
    rows = read_json(exp / "table" / "table.json")
    lists = ["trials", "trials_clean", "trials_noisy", "trials_reverberated", "trials_short"]
    assert {row["trials"] for row in rows} >= set(lists)
    assert {row["normalization"] for row in rows} == {"none", "as"}
    assert len({row["system"] for row in rows}) == 9
    assert [row["set"] for row in read_json(exp / "sets" / "set_transformer_cs.dev_short.json")]
    disturbed = Corpus.read(exp / "data" / "train_disturbed")
    assert {len(utts) for utts in disturbed.spk2utt.values()} == {2}
    last = enhance_voices.run(*options, "--lines", 2, "--exp", exp, "--test")
    assert last.returncode == 0, last.stderr[-3000:]
    assert (exp / "test" / "trials_noisy").is_file()


@pytest.mark.smoke
def test_another_encoder_at_its_place_and_other_test_voices_are_noticed(enhance_voices, data, tmp_path):
    config = {"class_path": "kowairo.models.MfccStatistics"}
    save_checkpoint(build_encoder(config), tmp_path / "encoder", config=config)
    options = ["--data", data, "--encoder", tmp_path / "encoder", "--conf", "voices_smoke", "--lines", 2]

    def skipped_stages():
        made = enhance_voices.run(*options, "--exp", tmp_path / "exp", "--test", "--stop-stage", 1)
        assert made.returncode == 0, made.stderr[-3000:]
        return [line[:7] for line in made.stdout.splitlines() if line.endswith("unchanged, skipped")]

    assert skipped_stages() == []
    save_checkpoint(build_encoder(config), tmp_path / "encoder", config=config, card={"name": "trained anew"})
    assert skipped_stages() == ["stage 0"]
    trials = data / "voices" / "test" / "trials"
    trials.write_text("".join(trials.read_text().splitlines(keepends=True)[:-1]))
    assert "stage 0" not in skipped_stages()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "give the folder of voices: --data DIR"),
        (("--data", "."), "has no voices/train/wav.scp"),
        (("--data", "DATA", "--encoder", "no/where"), "--encoder no/where: no such folder"),
        (("--data", "DATA", "--conf", "nowhere"), "--conf nowhere: expected voices or a YAML file"),
        (("--loud",), "unknown option --loud"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(enhance_voices, data, options, message):
    result = enhance_voices.run(*(data if option == "DATA" else option for option in options))
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert message in result.stderr
