from kowairo.core import read_json


def compare(run, lists, tmp_path, system, reference):
    side = lists / "eval"
    return run(
        *("compare", "--scores", side / system, "--reference_scores", side / reference),
        *("--trials", side / "trials", "--corpus", side, "--out", tmp_path / "c.json"),
    )


def test_a_system_compared_with_itself_does_not_differ(run, lists, tmp_path):
    status, out, _ = compare(run, lists, tmp_path, "weak", "weak")
    row = read_json(tmp_path / "c.json")
    assert (row["difference"], row["difference_low"], row["difference_high"]) == (0.0, 0.0, 0.0)
    assert (status, out) == (0, "system - reference, test trials: EER 0.00 % [0.00, 0.00], p = 1.000\n")


def test_a_better_system_has_fewer_errors(run, lists, tmp_path):
    assert compare(run, lists, tmp_path, "strong", "weak")[0] == 0
    row = read_json(tmp_path / "c.json")
    assert row["difference_high"] < 0
    assert row["p_value"] < 0.01
