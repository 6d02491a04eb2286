import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.inference.gallery import AcceptanceRule, Gallery
from kowairo.inference.gallery.open_set import LeaveOneOut, leave_one_out, point_at_fpir


@pytest.fixture
def crowd(tmp_path, refs, encoder):
    """Gallery of 30 voices that overlap, one of them with a single reference."""
    made = Gallery.create(tmp_path / "crowd", encoder)
    counts = {f"v{number}": 4 for number in range(29)} | {"alone": 1}
    made.add(refs(counts, spread=1.5), encoder_sha256=encoder.sha256)
    return made


def by_loop(gallery, scoring):
    """(own, best other, second other) of each reference, one at a time."""
    everything = gallery.reference_vectors([voice.name for voice in gallery.voices()])
    rows = {name: everything.own_rows(row).astype(np.float64) for row, name in enumerate(everything.names)}

    def score(probe, references):
        if scoring == "max":
            return (references @ probe).max()
        if scoring == "mean":
            return (references @ probe).mean()
        mean = references.mean(axis=0)
        return mean @ probe / np.linalg.norm(mean)

    for name, own in rows.items():
        for place in range(len(own)) if len(own) > 1 else ():
            others = sorted(score(own[place], rows[other]) for other in rows if other != name)
            yield score(own[place], np.delete(own, place, axis=0)), others[-1], others[-2]


@pytest.mark.parametrize("scoring", ["centroid", "mean", "max"])
def test_scores_are_those_of_a_loop_that_leaves_one_out(crowd, scoring):
    measured = leave_one_out(crowd, scoring=scoring)
    expected = np.array(list(by_loop(crowd, scoring)))
    found = np.column_stack([measured.own, measured.best_other, measured.second_other])
    np.testing.assert_allclose(found[np.lexsort(found.T)], expected[np.lexsort(expected.T)], atol=1e-5)
    assert measured.num_voices == 30


def probes(own, best_other, second_other=None):
    second = np.full(len(own), -3.0) if second_other is None else np.array(second_other)
    return LeaveOneOut(np.array(own), np.array(best_other), second, "centroid", 3)


def test_rates_of_a_small_example_by_hand():
    measured = probes([0.9, 0.8, 0.3, 0.5], [0.1, 0.2, 0.2, 0.6])
    rates = measured.rates()
    place = int(np.searchsorted(rates.threshold, 0.4))
    # At 0.4: the third own score is below, the fourth voice is not the best; one impostor of four is above.
    assert (rates.fnir[place], rates.fpir[place]) == (0.5, 0.25)
    assert measured.top_1 == 0.75
    assert measured.wrong_voice(AcceptanceRule(0.4)) == 0.25


def test_a_margin_turns_close_ones_into_misses_and_alarms_into_nothing():
    measured = probes([0.9, 0.8], [0.85, 0.2], [0.84, -0.5])
    rates = measured.rates(margin=0.1)
    place = int(np.searchsorted(rates.threshold, 0.0))
    assert (rates.fnir[place], rates.fpir[place]) == (0.5, 0.5)
    assert measured.wrong_voice(AcceptanceRule(0.0, 0.1)) == 0.0


def test_the_threshold_keeps_the_rate_that_was_asked_for():
    rng = np.random.default_rng(0)
    measured = probes(rng.uniform(0.3, 1.0, 1000), rng.uniform(-0.2, 0.6, 1000))
    point = point_at_fpir(measured, fpir=0.05)
    assert point.num_alarms == 50
    assert (measured.best_other >= point.rule.threshold).sum() == 50
    correct = (measured.own >= point.rule.threshold) & (measured.own > measured.best_other)
    assert point.fnir == pytest.approx(1 - correct.mean())


def test_a_threshold_that_a_handful_of_alarms_would_place_is_refused():
    measured = probes(np.full(100, 0.9), np.linspace(0.0, 0.5, 100))
    with pytest.raises(InputError, match=r"3000 probes would; 0\.300 is the lowest"):
        point_at_fpir(measured, fpir=0.01)
    with pytest.raises(InputError, match="they support none"):
        point_at_fpir(probes([0.9], [0.1]), fpir=0.5)
    with pytest.raises(InputError, match=r"rate in \(0, 1\)"):
        point_at_fpir(measured, fpir=1.0)


def test_alarms_that_the_margin_turned_down_place_no_threshold():
    best, gap = np.linspace(-0.1, 0.6, 1000), np.full(1000, 0.2)
    gap[29:] = 0.01
    measured = probes(np.full(1000, 0.9), best, best - gap)
    assert point_at_fpir(measured, fpir=0.05).num_alarms == 50
    with pytest.raises(InputError, match=r"only 29 of 1000 probes .* margin of 0\.1: 30 must place"):
        point_at_fpir(measured, fpir=0.05, margin=0.1)
    gap[29] = 0.2
    enough = probes(np.full(1000, 0.9), best, best - gap)
    assert point_at_fpir(enough, fpir=0.05, margin=0.1).num_alarms == 30


def test_some_probes_are_drawn_where_there_are_many(crowd):
    assert len(leave_one_out(crowd)) == 29 * 4
    few = leave_one_out(crowd, max_probes=10, seed=1)
    assert len(few) == 10
    assert np.array_equal(few.own, leave_one_out(crowd, max_probes=10, seed=1).own)


def test_a_gallery_of_single_references_cannot_be_measured(tmp_path, refs, encoder):
    made = Gallery.create(tmp_path / "g", encoder)
    made.add(refs({"a": 1, "b": 1}), encoder_sha256=encoder.sha256)
    with pytest.raises(InputError, match="two references or more"):
        leave_one_out(made)
