import pytest

from kowairo.core import read_json


@pytest.fixture
def identify(run, tmp_path):
    """Two models; probes p0 and p1 of their speakers, p2 of nobody; p1 is taken for model 0."""

    def call(*options, scores=None, trials=None):
        labels = {("m0", "p0"): 1, ("m1", "p1"): 1}
        values = {"p0": (0.9, 0.1), "p1": (0.8, 0.7), "p2": (0.2, 0.75)}
        rows = [(f"m{number}", probe, values[probe][number]) for probe in values for number in (0, 1)]
        (tmp_path / "scores").write_text(scores or "".join(f"{m} {p} {v}\n" for m, p, v in rows))
        (tmp_path / "trials").write_text(
            trials or "".join(f"{labels.get((m, p), 0)} {m} {p}\n" for m, p, _ in rows)
        )
        given = [
            "--scores",
            tmp_path / "scores",
            "--trials",
            tmp_path / "trials",
            "--out",
            tmp_path / "i.json",
        ]
        return run("metrics", "identification", *given, *options)

    return call


def test_hand_worked_rates(identify, tmp_path):
    status, out, _ = identify("--ranks", 1, 2, "--fpirs", 0, 1)
    assert status == 0
    assert "top_1_accuracy: 50.00 %" in out
    figures = read_json(tmp_path / "i.json")
    assert (figures["num_known"], figures["num_unknown"]) == (2, 1)
    assert (figures["top_1_accuracy"], figures["top_2_accuracy"]) == (0.5, 1.0)
    assert (figures["fnir_at_fpir_0"], figures["fnir_at_fpir_1"]) == (0.5, 0.5)


def test_a_missing_pair_is_named(identify):
    status, _, errors = identify(trials="1 m0 p0\n0 m1 p0\n0 m0 p1\n")
    assert (status, len(errors)) == (2, 1)
    assert "there is no trial m1 p1" in errors[0]


def test_several_enrolments_of_one_speaker_are_refused(identify):
    status, _, errors = identify(trials="1 m0 p0\n1 m1 p0\n")
    assert (status, len(errors)) == (2, 1)
    assert "enrol one model per speaker" in errors[0]
