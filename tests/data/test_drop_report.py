"""Tests of the drop report."""

from kowairo.core import read_json
from kowairo.data.drop_report import DropReport, Remark

REPORT = DropReport(
    kept=5,
    speakers=2,
    dropped=(
        Remark("a-1", "x y/声.wav", "silent", "peak\t0"),
        Remark("b-1", "caf\udce9.wav", "empty", "file of 0 bytes"),
        Remark("b-2", "b.wav", "empty", "file of 0 bytes"),
    ),
    noted=(Remark("a-2", "c.ogg", "truncated", "no last page"),),
)


def test_counts_and_summary_are_by_reason():
    assert REPORT.counts == {"empty": 2, "silent": 1}
    expected = "5 lines of 2 speakers kept, 3 dropped (2 empty, 1 silent); 1 kept although truncated"
    assert REPORT.summary() == expected
    assert DropReport(5, 2, ()).summary() == "5 lines of 2 speakers kept, none dropped"


def test_files_hold_every_line_and_the_counts(tmp_path):
    REPORT.write(tmp_path)
    rows = (tmp_path / "dropped.tsv").read_text(encoding="utf-8").splitlines()
    assert rows[:2] == ["utt\tpath\treason\tdetail", "a-1\tx y/声.wav\tsilent\tpeak 0"]
    assert rows[2].startswith("b-1\tcaf\\udce9.wav\tempty")
    assert read_json(tmp_path / "drop_report.json") == {
        "kept": 5,
        "speakers": 2,
        "dropped": {"empty": 2, "silent": 1},
        "noted": {"truncated": 1},
    }
