"""The recipe list_finetune: own lists from end to end, and its errors."""

import json

import pytest

from kowairo.models import load_encoder
from kowairo.testing.tones import write_tone_corpus


@pytest.fixture
def lists(tmp_path):
    """Two lists of tone voices with paths relative to one folder; a file of the first is missing."""
    paths = []
    for name, speakers, seed in (("train", 12, 1), ("mine", 16, 2)):
        corpus = write_tone_corpus(tmp_path / name, speakers, 5, seed, min_s=0.55, max_s=0.8)
        lines = [
            f"{corpus.audio[utt].path.relative_to(tmp_path)}\t{int(corpus.utt2spk[utt][1:])}\n"
            for utt in corpus.utts
        ]
        paths.append(tmp_path / "lists" / f"{name}.tsv")
        paths[-1].parent.mkdir(exist_ok=True)
        paths[-1].write_text("".join(lines) + ("missing.wav\t0\n" if name == "train" else ""))
    return paths


@pytest.mark.smoke
def test_own_lists_are_trained_on_fine_tuned_on_and_evaluated(list_finetune, lists, tmp_path):
    exp = tmp_path / "exp"
    options = ["--list", lists[0], "--finetune_list", lists[1], "--root", tmp_path, "--conf", "smoke"]
    result = list_finetune.run(*options, "--exp", exp)
    assert result.returncode == 0, result.stderr[-3000:]
    assert json.loads((exp / "data" / "all" / "drop_report.json").read_text())["dropped"] == {"missing": 1}
    assert load_encoder(exp / "train" / "1_scratch" / "checkpoints" / "0000").embedding_dim == 16
    assert "batch 1 of" in (exp / "train" / "1_scratch" / "train_log.txt").read_text()
    assert json.loads((exp / "finetune" / "results.json").read_text())["data"]["kind"] == "speakers"
    conclusion = (exp / "conclusion.txt").read_text()
    assert conclusion.count("best threshold") == 4
    again = list_finetune.run(*options, "--exp", exp)
    assert all(line.endswith("unchanged, skipped") for line in again.stdout.splitlines())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--nonsense"], "unknown option --nonsense"),
        (["--list"], "option --list needs a value"),
        (["--list", __file__], "give both lists"),
        (["--list", __file__, "--finetune_list", "/no/list"], "/no/list: no such file"),
        (["--list", __file__, "--finetune_list", __file__], "has the name of --list"),
        (["--list", __file__, "--finetune_list", "x", "--corpus", "/"], "lists or --corpus, not both"),
        (["--corpus", "/no/such"], "--corpus /no/such: no such folder"),
        (["--corpus", "/"], "--corpus /: has no wav.scp"),
        (["--root", "/"], "--root needs --list"),
        (["--stage", "8"], "the last stage is 7"),
        (["--stage", "5", "--stop-stage", "4"], "comes after"),
        (["--conf", "huge"], "--conf huge: expected mini, full or a YAML file"),
        (["--eval", "/"], "has no wav.scp"),
        (["--exp", "/proc/exp"], "--exp /proc/exp: cannot be written"),
    ],
)
def test_wrong_usage_is_one_line_and_status_two(list_finetune, options, message):
    result = list_finetune.run(*options)
    assert (result.returncode, result.stdout, len(result.stderr.splitlines())) == (2, "", 1)
    assert message in result.stderr


@pytest.mark.slow
def test_a_wrong_label_is_one_line_with_its_number(list_finetune, lists, tmp_path):
    lists[0].write_text("a.wav\t0\nb.wav\tone\n")
    options = ["--list", lists[0], "--finetune_list", lists[1], "--conf", "smoke", "--exp", tmp_path / "exp"]
    result = list_finetune.run(*options)
    assert (result.returncode, len(result.stderr.splitlines())) == (2, 1)
    assert "train.tsv:2: the label 'one' is not an integer" in result.stderr
    assert not any((tmp_path / "exp" / "data").rglob("wav.scp"))
