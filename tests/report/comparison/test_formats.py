import csv

import pytest

from kowairo.core import InputError
from kowairo.report.comparison.formats import (
    comparison_csv,
    comparison_latex,
    comparison_markdown,
    write_comparison,
)
from kowairo.report.comparison.table import compare_runs


@pytest.fixture
def table(runs):
    return compare_runs(runs, names=["a|b", "50 %_x", "third"], num_replicates=20)


def test_every_markdown_row_has_as_many_cells_as_the_header(table):
    lines = [line for line in comparison_markdown(table).splitlines() if line.startswith("|")]
    assert len(lines) == 2 + len(table.rows)
    assert {line.replace("\\|", "").count("|") for line in lines} == {lines[1].count("|")}
    assert "a\\|b" in lines[2]


def test_what_all_rows_share_stands_below(runs):
    text = comparison_markdown(compare_runs(runs[:1], normalizations=["as"], num_replicates=5))
    assert text.splitlines()[0].startswith("| run | EER")
    assert (
        "In all rows: set test, trials headline, system ECAPA, normalisation AS-norm, pairs 80 + 700." in text
    )


def test_latex_escapes_what_users_named(table):
    text = comparison_latex(table)
    assert r"50 \%\_x" in text
    assert "\N{MINUS SIGN}" not in text
    rows = [line for line in text.splitlines() if line.endswith(r" \\")]
    assert {line.count(" & ") for line in rows} == {rows[0].count(" & ")}
    assert text.count(r"\begin{") == text.count(r"\end{") == 2


def test_csv_keeps_every_digit_and_relative_paths(table, runs):
    records = list(csv.DictReader(comparison_csv(table, runs[0].parent / "out").splitlines()))
    assert [float(record["eer"]) for record in records] == [row.eer.value for row in table.rows]
    assert records[1]["scores_file"] == "../second/scores/resnet_x/test/trials.none.txt"
    assert records[0]["eer_difference"] == ""
    assert float(records[1]["min_dcf_0.05_p_value"]) == table.rows[1].min_dcf_p_value[0.05]
    assert float(records[1]["eer_difference_low"]) == table.rows[1].difference.low


def test_all_formats_are_written_and_an_unknown_one_refused(table, tmp_path):
    paths = write_comparison(table, tmp_path / "new" / "compare")
    assert [path.name for path in paths] == ["compare.md", "compare.csv", "compare.tex"]
    assert all(path.stat().st_size for path in paths)
    with pytest.raises(InputError, match="'xlsx'"):
        write_comparison(table, tmp_path / "x", formats=["xlsx"])
