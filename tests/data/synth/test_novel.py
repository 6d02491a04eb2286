import csv
import shutil

import numpy as np
import pytest
import soundfile

from kowairo.core import Corpus, InputError, file_digest, read_json
from kowairo.data.synth import synthesize
from kowairo.data.synth.cast import make_cast
from kowairo.data.synth.novel import make_corpus
from kowairo.data.synth.plan import FLAWS, make_plan


def digests(folder):
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): file_digest(path) for path in files}


@pytest.fixture(scope="module")
def novel(tmp_path_factory):
    out = tmp_path_factory.mktemp("novel") / "corpus"
    synthesize(out, characters=8, lines=6, seed=3, workers=1)
    return out


@pytest.mark.parametrize("arguments", [{"lines": 0}, {"workers": 0}, {"characters": 3}])
def test_numbers_out_of_range_are_refused(tmp_path, arguments):
    with pytest.raises(InputError, match="at least"):
        synthesize(tmp_path, **arguments)


def test_a_folder_of_another_novel_is_refused_untouched(tmp_path):
    (tmp_path / "plan.json").write_text('{"sha256": "another"}', encoding="utf-8")

    with pytest.raises(InputError, match="holds a novel of other arguments"):
        synthesize(tmp_path, characters=8, lines=2, workers=1)
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


@pytest.mark.slow
def test_the_novel_is_a_kaldi_folder_with_all_tables(novel):
    corpus = Corpus.read(novel)

    assert len(corpus.utts) == 48
    assert set(corpus.utt_tables) == {"text", "utt2dur", "utt2title", "utt2emotion", "utt2kind"}
    assert set(corpus.spk_tables) == {
        "spk2va", "spk2name", "spk2title", "spk2gender", "spk2voice", "spk2side", "spk2corpus",
    }  # fmt: skip


def test_the_speakers_of_two_casts_belong_to_two_corpora(tmp_path):
    casts = [make_cast(8, seed=seed) for seed in (0, 0, 1)]
    tables = [make_corpus(cast, make_plan(cast, lines=2, seed=0), tmp_path).spk_tables for cast in casts]
    first, again, other = [set(table["spk2corpus"].values()) for table in tables]
    assert first == again
    assert len(first | other) == 2


@pytest.mark.slow
def test_only_speech_has_text(novel):
    tables = Corpus.read(novel).utt_tables

    assert set(tables["text"]) == {utt for utt, kind in tables["utt2kind"].items() if kind == "speech"}


@pytest.mark.slow
def test_every_file_outside_the_truth_is_sound_16_khz_audio(novel):
    corpus = Corpus.read(novel)
    broken = {row["utt"] for row in read_json(novel / "truth.json") if row["flaw"] != "mislabelled"}
    for utt in set(corpus.utts) - broken:
        samples, rate = soundfile.read(corpus.audio[utt].path)

        assert rate == 16000
        assert len(samples) / rate == pytest.approx(float(corpus.utt_tables["utt2dur"][utt]), abs=0.001)
        assert np.abs(samples).max() > 0.01


@pytest.mark.slow
def test_the_truth_names_known_flaws_in_both_files(novel):
    rows = read_json(novel / "truth.json")
    with (novel / "truth.tsv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file, delimiter="\t"))

    assert rows == table
    assert {row["flaw"] for row in rows} <= set(FLAWS)
    assert "mislabelled" in {row["flaw"] for row in rows}


@pytest.mark.slow
def test_a_second_run_changes_no_byte(novel):
    before = digests(novel)
    synthesize(novel, characters=8, lines=6, seed=3, workers=1)

    assert digests(novel) == before


@pytest.mark.slow
def test_an_interrupted_run_in_other_processes_ends_in_the_same_bytes(novel, tmp_path):
    resumed = tmp_path / "corpus"
    shutil.copytree(novel, resumed)
    for path in [*sorted(resumed.rglob("*.flac"))[::3], *resumed.glob("utt2*"), resumed / "truth.json"]:
        path.unlink()
    synthesize(resumed, characters=8, lines=6, seed=3, workers=2)

    assert digests(resumed) == digests(novel)
