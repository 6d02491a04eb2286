import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kowairo.core import EmbeddingSet, InputError, Scores, read_json, write_json
from kowairo.scoring import score_trials
from kowairo.scoring.normalization import (
    AdaptiveSNorm,
    AdaptiveTNorm,
    AdaptiveZNorm,
    Cohort,
    CohortRecipe,
    SNorm,
    TNorm,
    TZNorm,
    ZNorm,
    ZTNorm,
    load_normalizer,
)
from kowairo.testing.scoring import toy_trials

KINDS = [
    ZNorm(ddof=1),
    TNorm(),
    SNorm(scale="sqrt2"),
    ZTNorm(),
    TZNorm(ddof=1),
    AdaptiveZNorm(top_n=7),
    AdaptiveTNorm(top_n=7, ddof=1),
    AdaptiveSNorm(top_n=7),
    AdaptiveSNorm(top_n=7, variant="cross", scale="sqrt2"),
]


@pytest.mark.parametrize("normalizer", KINDS, ids=lambda each: type(each).__name__)
def test_a_pair_alone_is_normalised_like_the_trial_it_was(normalizer):
    embeddings, trials, cohort = toy_trials()
    scores = score_trials(embeddings, trials)
    normed = normalizer.fit(embeddings, cohort).transform(scores).values
    for i in (0, 100, 301):
        sides = embeddings.rows([trials.enroll[i]])[0], embeddings.rows([trials.test[i]])[0]
        alone = normalizer.normalize_pair(scores.values[i], *sides)
        assert alone == pytest.approx(normed[i], abs=1e-6)


@pytest.mark.parametrize("normalizer", KINDS, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("rows", ["utterances", "speakers", "clusters"])
def test_a_normaliser_comes_back_from_its_folder(normalizer, rows, tmp_path):
    embeddings, trials, cohort = toy_trials()
    recipe = CohortRecipe(rows=rows, num_clusters=9, sub_mean="cohort")
    cohort = recipe.make(cohort.vectors, cohort.speakers)
    scores = score_trials(embeddings, trials)
    normalizer.fit(embeddings, cohort).save(tmp_path / "norm")
    again = load_normalizer(tmp_path / "norm")
    assert type(again) is type(normalizer)
    assert again.parameters() == normalizer.parameters()
    assert again.cohort_.rows_by_speaker.keys() == cohort.rows_by_speaker.keys()
    assert np.array_equal(again.transform(scores).values, normalizer.transform(scores).values)
    pair = 0.3, embeddings.vectors[0], embeddings.vectors[9]
    assert again.normalize_pair(*pair) == pytest.approx(normalizer.normalize_pair(*pair), rel=1e-12)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(KINDS))
def test_the_order_of_trials_does_not_matter(seed, normalizer):
    embeddings, trials, cohort = toy_trials(num_speakers=4)
    scores = score_trials(embeddings, trials)
    order = np.random.default_rng(seed).permutation(len(trials))
    enroll, test = ([side[i] for i in order] for side in (scores.enroll, scores.test))
    normed = normalizer.fit(embeddings, cohort).transform(scores).values
    shuffled = normalizer.transform(Scores(enroll, test, scores.values[order])).values
    assert shuffled == pytest.approx(normed[order], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("kind", [SNorm, AdaptiveSNorm])
def test_the_length_of_embeddings_does_not_matter(kind):
    embeddings, trials, cohort = toy_trials()
    scores = score_trials(embeddings, trials)
    longer = EmbeddingSet(3 * embeddings.vectors, embeddings.utts)
    normalizer = kind() if kind is SNorm else kind(top_n=6)
    expected = normalizer.fit(embeddings, cohort).transform(scores).values
    assert normalizer.fit(longer, cohort).transform(scores).values == pytest.approx(expected, abs=1e-5)


def test_a_scale_of_sqrt2_multiplies_the_mean_of_the_sides_by_sqrt2():
    embeddings, trials, cohort = toy_trials()
    scores = score_trials(embeddings, trials)
    half, sqrt2 = (SNorm(scale=each).fit(embeddings, cohort).transform(scores) for each in ("half", "sqrt2"))
    assert sqrt2.values == pytest.approx(np.sqrt(2) * half.values)
    with pytest.raises(InputError, match="scale half or sqrt2, got 'one'"):
        SNorm(scale="one").fit(embeddings, cohort).transform(scores)


@pytest.mark.parametrize("value", [0.0, np.nan])
@pytest.mark.parametrize("normalizer", [ZNorm(), ZTNorm(), AdaptiveSNorm(top_n=5, variant="cross")])
def test_an_utterance_whose_embedding_is_unusable_is_named(value, normalizer):
    embeddings, _, cohort = toy_trials()
    vectors = embeddings.vectors.copy()
    vectors[9] = value
    with pytest.raises(InputError, match="that of 'spk2-1' is not finite or all zero"):
        normalizer.fit(EmbeddingSet(vectors, embeddings.utts), cohort)


def test_a_fit_that_fails_leaves_an_unfitted_normaliser_unfitted():
    embeddings, trials, _ = toy_trials()
    normalizer = ZNorm()
    with pytest.raises(InputError, match="cohort's 3 dims, got 12"):
        normalizer.fit(embeddings, Cohort.of_utterances(np.eye(3)))
    with pytest.raises(InputError, match="expected a fitted ZNorm; call fit or load first"):
        normalizer.transform(score_trials(embeddings, trials))
    with pytest.raises(InputError, match="expected a fitted ZNorm"):
        normalizer.normalize_pair(0.1, np.ones(3), np.ones(3))
    with pytest.raises(InputError, match="expected a fitted ZNorm"):
        normalizer.save("nowhere")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"parameters": {"dof": 1}}, "norm: not the parameters of ZNorm"),
        ({"parameters": []}, "expected the parameters of a ZNorm"),
        ({"learned": {"utts": ["a"]}}, "do not fit the 1 utterances"),
        ({"learned": {"utts": "abc"}}, "expected a list of strings"),
        ({"cohort": {"speakers": ["a"]}}, "one speaker per cohort row, got 1 for 40 rows"),
        ({"cohort": None}, "expected the values of a cohort"),
    ],
)
def test_a_folder_that_was_changed_is_refused(change, message, tmp_path):
    embeddings, _, cohort = toy_trials()
    ZNorm().fit(embeddings, cohort).save(tmp_path / "norm")
    path = tmp_path / "norm" / "config.json"
    write_json(path, {**read_json(path), **change})
    with pytest.raises(InputError, match=message):
        load_normalizer(tmp_path / "norm")
