import pytest


@pytest.mark.slow
def test_the_report_of_an_experiment_is_printed_and_written(run, corpus, embeddings, tmp_path):
    for system, options in (("mfcc", []), ("ecapa", ["--reference", "mfcc"])):
        assert (
            run(
                *("evaluate", "--system", system, "--embeddings", embeddings, "--sets.test", corpus),
                *("--out", tmp_path / "exp", "--num_replicates", 20, *options),
            )[0]
            == 0
        )
    status, out, _ = run("report", "--experiment", tmp_path / "exp")
    assert status == 0
    assert "ecapa - mfcc, test trials: EER +0.00 % [+0.00, +0.00]" in out
    assert out.splitlines()[-1] == f"report: {tmp_path / 'exp' / 'report' / 'report.html'}"
    assert (tmp_path / "exp" / "report" / "report.html").exists()


def test_a_missing_experiment_is_one_line_and_status_two(run, tmp_path):
    status, _, errors = run("report", "--experiment", tmp_path / "none")
    assert (status, len(errors)) == (2, 1)
