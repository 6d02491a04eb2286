import pytest


@pytest.fixture
def experiment(run, corpus, embeddings, tmp_path):
    def make(name, *systems):
        for system, options in systems:
            status, _, errors = run(
                *("evaluate", "--system", system, "--embeddings", embeddings, "--sets.test", corpus),
                *("--out", tmp_path / name, "--num_replicates", 20, *options),
            )
            assert (status, errors) == (0, [])
        (tmp_path / name / "data").mkdir(parents=True, exist_ok=True)
        (tmp_path / name / "data" / "test").symlink_to(corpus)
        return tmp_path / name

    return make


@pytest.mark.slow
def test_the_report_of_an_experiment_is_printed_and_written(run, experiment, tmp_path):
    exp = experiment("exp", ("mfcc", []), ("ecapa", ["--reference", "mfcc"]))
    status, out, _ = run("report", "--experiment", exp)
    assert status == 0
    assert "ecapa - mfcc, test trials: EER +0.00 % [+0.00, +0.00]" in out
    assert out.splitlines()[-1] == f"report: {exp / 'report' / 'report.html'}"
    assert (exp / "report" / "report.html").exists()


@pytest.mark.slow
def test_runs_are_compared_in_three_formats_that_can_be_checked(run, experiment, tmp_path):
    folders = experiment("one", ("ecapa", [])), experiment("two", ("ecapa", []))
    given = ["--compare", *folders, "--out", tmp_path / "table", "--num_replicates", 20]
    status, out, _ = run("report", *given, "--names", "A", "B")
    assert status == 0
    assert "| B |" in out
    assert all((tmp_path / f"table.{ending}").exists() for ending in ("md", "csv", "tex"))
    assert run("report", "--check", tmp_path / "table.csv")[0] == 0
    written = (tmp_path / "table.csv").read_text().replace("undecided", "better")
    (tmp_path / "table.csv").write_text(written)
    status, _, errors = run("report", "--check", tmp_path / "table.csv")
    assert (status, len(errors)) == (2, 1)
    assert "verdict is written as better" in errors[0]


@pytest.mark.slow
def test_an_evaluation_page_is_written(run, experiment):
    exp = experiment("exp", ("ecapa", []))
    status, out, _ = run("report", "evaluation", "--folder", exp, "--num_replicates", 20, "--max_clips", 2)
    assert (status, out) == (0, f"page: {exp / 'report' / 'evaluation.html'}\n")


def test_a_missing_experiment_is_one_line_and_status_two(run, tmp_path):
    status, _, errors = run("report", "--experiment", tmp_path / "none")
    assert (status, len(errors)) == (2, 1)


@pytest.mark.parametrize("options", [[], ["--experiment", "a", "--check", "b"]])
def test_a_report_is_of_one_thing(run, options):
    status, _, errors = run("report", *options)
    assert (status, len(errors)) == (2, 1)
    assert "one of --experiment DIR, --compare DIR DIR ... and --check FILE.csv" in errors[0]
