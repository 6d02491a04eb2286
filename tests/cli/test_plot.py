import pytest


@pytest.fixture
def plot(run, lists, tmp_path):
    def call(kind, *options, out="p.png"):
        side = lists / "eval"
        given = ["--scores", side / "weak", side / "strong", "--trials", side / "trials"]
        return run("plot", kind, *given, "--out", tmp_path / out, *options)

    return call


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("det", ["--num_replicates", "10", "--labels", "A", "B"]),
        ("scores", ["--bins", "20"]),
        ("tippett", []),
        ("calibration", []),
        ("calibration", ["--kind", "ape"]),
    ],
)
@pytest.mark.parametrize("ending", ["png", "svg", "html"])
def test_every_picture_is_drawn_in_every_format(plot, lists, tmp_path, kind, options, ending):
    bands = ["--corpus", lists / "eval"] if kind == "det" else []
    status, out, errors = plot(kind, *options, *bands, out=f"p.{ending}")
    assert (status, errors) == (0, [])
    assert out == f"{tmp_path / 'p'}.{ending}\n"
    assert (tmp_path / f"p.{ending}").stat().st_size > 5000


def test_an_unknown_format_is_refused_before_the_work(plot):
    status, _, errors = plot("det", out="p.gif")
    assert (status, len(errors)) == (2, 1)
    assert "expected an ending in png, svg, html" in errors[0]


def test_labels_must_be_as_many_as_systems(plot):
    status, _, errors = plot("scores", "--labels", "A")
    assert (status, errors) == (2, ["kowairo: expected a label for each of 2 score files, got 1"])
