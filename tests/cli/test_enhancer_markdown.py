from kowairo.cli.enhancer_markdown import chosen_row, comparison_markdown, figure


def row(system, valid_eer, trials="trials", normalization="none", **more):
    named = {"system": system, "trials": trials, "normalization": normalization}
    counts = {"num_target": 10, "num_nontarget": 20, "num_speakers": 7}
    return {**named, **counts, "valid_eer": valid_eer, "eer": 0.1, "min_dcf_0.05": 0.5, **more}


GAP = {
    f"{name}{end}": value
    for name in ("difference", "min_dcf_0.05_difference")
    for end, value in (("", -0.02), ("_low", -0.03), ("_high", 0.01))
} | {"relative": -0.2}


def test_the_choice_is_by_plain_validation_scores_of_the_headline_and_never_the_ceiling():
    rows = [row("as they are", 0.3), row("net", 0.2), row("ceiling", 0.01)]
    rows += [row("as they are", 0.001, normalization="as"), row("as they are", 0.001, trials="trials_noisy")]
    assert chosen_row(rows, "trials") == "net"


def test_a_list_is_a_section_and_as_norm_stands_in_the_same_line():
    rows = [row("as they are", 0.3), row("net", 0.25, **GAP), row("net", None, normalization="as", **GAP)]
    rows.append(row("net", None, trials="trials_noisy", **GAP))
    text = comparison_markdown(rows, "net")
    gap = "-2.00 [-3.00, +1.00] | -20.0 %"
    first = f"| net (chosen) | 25.00 | 10.00 | {gap} | 0.500 | -0.020 [-0.030, +0.010] |  | 10.00 | {gap} |"
    assert first in text
    assert "trials_noisy: 30 trials, 7 speakers" in text
    assert figure(rows[2], "valid_eer") != figure(rows[2], "valid_eer")  # NaN: there is none


def test_one_list_needs_no_title():
    assert comparison_markdown([row("as they are", 0.3)], "as they are").startswith("| enhancer |")
