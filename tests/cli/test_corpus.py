import pytest

from kowairo.core import Corpus, read_json
from kowairo.data import AudioStore


def test_import_writes_tables_and_the_drop_report(run, corpus, tmp_path):
    (corpus / "s0-0.wav").write_bytes(b"")
    status, _, _ = run("corpus", "import", "--source", corpus, "--layout", "kaldi", "--out", tmp_path / "all")
    assert status == 0
    assert len(Corpus.read(tmp_path / "all").utts) == 23
    assert read_json(tmp_path / "all" / "drop_report.json")["dropped"] == {"empty": 1}
    assert (tmp_path / "all" / "config.yaml").exists()


def test_import_of_a_wrong_layout_is_one_line_and_status_two(run, corpus, tmp_path):
    status, _, errors = run(
        "corpus", "import", "--source", corpus, "--layout", "table", "--out", tmp_path / "all"
    )
    assert (status, len(errors)) == (2, 1)
    assert "layout table" in errors[0]


def test_a_corpus_too_small_to_split_is_one_line_and_status_two(run, corpus, tmp_path):
    options = ["--test_fraction", "0.4", "--valid_fraction", "0.1", "--min_lines", "3"]
    status, out, errors = run("corpus", "split", "--corpus", corpus, "--out", tmp_path / "data", *options)
    # Four speakers cannot make three sides of two.
    assert (status, out) == (2, "")
    assert "too small to split" in errors[0]


def test_pack_leaves_out_what_is_excluded(run, corpus, tmp_path):
    Corpus.read(corpus).subset(["s0-0", "s0-1"]).write(tmp_path / "unwanted")
    options = ["--out", tmp_path / "store", "--exclude", f"[{tmp_path / 'unwanted'}]"]
    status, out, _ = run("corpus", "pack", "--corpus", corpus, *options)
    assert (status, out) == (0, "22 lines packed, 0 dropped\n")
    assert "s0-0" not in AudioStore.open(tmp_path / "store")


def test_stats_counts(run, corpus):
    status, out, _ = run("corpus", "stats", "--corpus", corpus)
    assert status == 0
    assert out.splitlines() == [
        "lines      24",
        "speakers   4 (6 to 6 lines, median 6)",
        "hours      0.00",
    ]


def test_revoice_makes_new_speakers(run, corpus, tmp_path):
    (corpus / "s0-0.wav").write_bytes(b"")
    options = ["--copies", 2, "--max_lines", 3]
    status, out, _ = run("corpus", "revoice", "--corpus", corpus, "--out", tmp_path / "new", *options)
    made = Corpus.read(tmp_path / "new")
    dropped = read_json(tmp_path / "new" / "drop_report.json")["dropped"].get("empty", 0)
    assert (status, len(made.speakers), len(made.utts)) == (0, 8, 2 * (12 - dropped))
    assert f"{len(made.utts)} lines of 8 speakers kept" in out


@pytest.mark.slow
def test_synthesize_makes_a_corpus_that_imports(run, tmp_path):
    options = ["--characters", 8, "--lines", 2, "--workers", 1]
    assert run("corpus", "synthesize", "--out", tmp_path / "novel", *options)[0] == 0
    assert len(Corpus.read(tmp_path / "novel").utts) == 16
