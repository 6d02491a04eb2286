import re

from kowairo.report import Estimate, format_results_table, markdown_results_table
from kowairo.report.results import result_of
from kowairo.report.tables import html_table, interval_bar, percent, results_html, trials_html


def row(**changes):
    record = {"system": "ecapa", "set": "test", "trials": "trials", "normalization": "none", "eer": 0.0812}
    record |= {
        "eer_low": 0.069,
        "eer_high": 0.0941,
        "min_dcf_0.01": 0.5,
        "num_target": 400,
        "num_nontarget": 600,
    }
    return result_of(record | changes)


def test_percent_writes_value_and_interval():
    assert percent(Estimate(0.0812, 0.069, 0.0941)) == "8.12 [6.90, 9.41]"
    assert percent(Estimate(0.5)) == "50.00"


def test_terminal_columns_line_up_even_with_wide_characters():
    lines = format_results_table([row(system="声色"), row(system="mfcc")]).splitlines()
    starts = [re.search("8.12", line).start() for line in lines[2:]]
    # "声色" takes four columns but two characters, "MFCC + LDA" ten of both.
    assert starts[1] - starts[0] == 2


def test_terminal_table_ends_with_each_warning_once():
    text = format_results_table([row(warning="12 speakers only"), row(warning="12 speakers only")])
    assert text.count("note: 12 speakers only") == 1


def test_overlap_with_training_is_noted_in_every_table():
    overlap = {
        "utterances": 3,
        "of_utterances": 9,
        "by_audio": 1,
        "by_speaker": 2,
        "speakers": 1,
        "first": "u0",
    }
    marked = row(overlap=overlap)
    assert "note: 3 of 9 utterances were in the training of the encoder" in format_results_table([marked])
    assert ">trained on</span>" in results_html([marked], caption="x")
    assert "trained on" not in results_html([row()], caption="x")


def test_no_rows_leave_header_and_rule():
    assert len(format_results_table([]).splitlines()) == 2


def test_markdown_escapes_bars_in_names():
    table = markdown_results_table([row(system="a|b")])
    assert table.splitlines()[2].startswith("| a\\|b | none | test | headline | 8.12 [6.90, 9.41] |")


def test_html_tables_escape_what_users_supply():
    table = results_html([row(system="<script>", condition="<b>")], caption="<i>")
    assert "<script>" not in table
    assert "<b>" not in table
    assert "<i>" not in table


def test_conditions_have_a_column_only_where_rows_differ_in_them():
    assert "Condition" not in results_html([row()], caption="x")
    assert "same actor" in results_html([row(), row(condition="same_actor")], caption="x")


def test_trial_lists_become_columns_and_gaps_stay_visible():
    table = trials_html([row(), row(trials="trials_all", system="mfcc", eer=0.2)], caption="x")
    assert "headline (test)" in table
    assert table.count("–") == 2


def test_a_table_scrolls_in_a_named_box_that_the_keyboard_reaches():
    table = html_table(["a", "b"], [["1", "2"]], caption="counts", numeric=1)
    assert 'tabindex="0" role="region" aria-label="counts"' in table
    assert '<td class="number">2</td>' in table


def test_interval_bar_stays_inside_its_box():
    assert 'x2="96.0"' in interval_bar(Estimate(0.5, 0.1, 3.0), scale_max=1.0)
