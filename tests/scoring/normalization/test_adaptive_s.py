import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring import AdaptiveSNorm, Cohort, SNorm, score_trials
from kowairo.scoring.normalization import adaptive_s_norm
from kowairo.testing.scoring import check_score_normalizer, toy_trials


def naive_as_norm(score, enroll, test, *, top_n, ddof, variant):
    by_enroll = sorted((i for i in range(len(enroll)) if enroll[i] > -np.inf), key=lambda i: enroll[i])[
        -top_n:
    ]
    by_test = sorted((i for i in range(len(test)) if test[i] > -np.inf), key=lambda i: test[i])[-top_n:]
    if variant == "cross":
        by_enroll, by_test = by_test, by_enroll
    e, t = [enroll[i] for i in by_enroll], [test[i] for i in by_test]
    return ((score - np.mean(e)) / np.std(e, ddof=ddof) + (score - np.mean(t)) / np.std(t, ddof=ddof)) / 2


def test_as_norm_of_a_hand_worked_trial_in_both_variants():
    enroll, test = [[0.0, 0.2, 0.4]], [[0.6, 0.0, 0.4]]
    # own: enrol rows 1, 2 (mean .3, sd .1), test rows 0, 2 (mean .5, sd .1)
    own = adaptive_s_norm([0.7], enroll, test, top_n=2)
    assert own == pytest.approx([((0.7 - 0.3) / 0.1 + (0.7 - 0.5) / 0.1) / 2])
    # cross: enrol over rows 0, 2 (mean .2, sd .2), test over rows 1, 2 (mean .2, sd .2)
    cross = adaptive_s_norm([0.7], enroll, test, top_n=2, variant="cross")
    assert cross == pytest.approx([(0.7 - 0.2) / 0.2])


@pytest.mark.parametrize("variant", ["own", "cross"])
@pytest.mark.parametrize("ddof", [0, 1])
def test_as_norm_with_masked_cells_equals_a_naive_loop(variant, ddof):
    rng = np.random.default_rng(0)
    scores, enroll, test = rng.normal(size=10), rng.normal(size=(10, 30)), rng.normal(size=(10, 30))
    options = {"top_n": 8, "ddof": ddof, "variant": variant}
    masked = rng.random((10, 30)) < 0.1
    if variant == "own":
        enroll[masked] = test[np.roll(masked, 1)] = -np.inf
    expected = [naive_as_norm(s, e, t, **options) for s, e, t in zip(scores, enroll, test, strict=True)]
    assert adaptive_s_norm(scores, enroll, test, **options) == pytest.approx(expected)


@pytest.mark.parametrize("variant", ["own", "cross"])
@pytest.mark.parametrize("blocks", ["one", "many"])
def test_the_fitted_normaliser_equals_a_naive_loop_over_trials(variant, blocks, monkeypatch):
    if blocks == "many":
        monkeypatch.setattr("kowairo.scoring.normalization.cohort_statistics._BLOCK_CELLS", 1000)
        monkeypatch.setattr("kowairo.scoring.normalization.cross_statistics._CHUNK_CELLS", 50)
    embeddings, trials, cohort = toy_trials()
    scores = score_trials(embeddings, trials)
    ours = AdaptiveSNorm(top_n=9, variant=variant).fit(embeddings, cohort).transform(scores).values
    unit = embeddings.vectors / np.linalg.norm(embeddings.vectors, axis=1, keepdims=True)
    against = dict(zip(embeddings.utts, unit @ cohort.vectors.T, strict=True))
    for i in range(0, len(trials), 40):
        sides = against[trials.enroll[i]], against[trials.test[i]]
        expected = naive_as_norm(scores.values[i], *sides, top_n=9, ddof=0, variant=variant)
        assert ours[i] == pytest.approx(expected, abs=1e-5)  # the set is float32


def test_as_norm_over_the_whole_cohort_is_s_norm_in_both_variants():
    embeddings, trials, cohort = toy_trials()
    scores = score_trials(embeddings, trials)
    expected = SNorm().fit(embeddings, cohort).transform(scores).values
    for variant in ("own", "cross"):
        normalizer = AdaptiveSNorm(top_n=len(cohort), variant=variant)
        values = normalizer.fit(embeddings, cohort).transform(scores).values
        assert values == pytest.approx(expected, abs=1e-6)  # one side has single-precision products


@pytest.mark.parametrize("variant", ["own", "cross"])
def test_own_speaker_rows_of_a_shared_cohort_are_left_out_when_asked(variant):
    embeddings, trials, others = toy_trials()
    utt2spk = {utt: utt.split("-")[0] for utt in embeddings.utts}
    scores = score_trials(embeddings, trials)
    labels = [utt2spk[utt] for utt in embeddings.utts]
    shared = Cohort.of_utterances(
        np.vstack([others.vectors, embeddings.vectors]), [*others.speakers, *labels]
    )
    normalizer = AdaptiveSNorm(top_n=20, variant=variant, shared_speakers="exclude")
    with_own = AdaptiveSNorm(top_n=20, variant=variant).fit(embeddings, shared).transform(scores)
    without = normalizer.fit(embeddings, shared, utt2spk=utt2spk).transform(scores)
    # a speaker's own rows score high: leaving them out lowers the cohort mean and lifts the targets
    assert without.values[trials.target].mean() > with_own.values[trials.target].mean() + 0.5


@pytest.mark.parametrize("variant", ["own", "cross"])
def test_as_norm_keeps_its_contract(variant):
    check_score_normalizer(AdaptiveSNorm(top_n=10, variant=variant))


def test_bad_options_are_refused():
    embeddings, _, cohort = toy_trials()
    with pytest.raises(InputError, match="variant own or cross, got 'both'"):
        AdaptiveSNorm(variant="both").fit(embeddings, cohort)
    with pytest.raises(InputError, match="top_n of 1 or more"):
        adaptive_s_norm([0.0], [[0.0]], [[0.0]], top_n=0)
