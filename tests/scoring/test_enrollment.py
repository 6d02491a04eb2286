import numpy as np
import pytest

from kowairo.core import EmbeddingSet, InputError, Trials
from kowairo.scoring import PlainCosine, cosine_scores
from kowairo.scoring.enrollment import Enrollment, model_scorer, score_enrolled
from kowairo.scoring.plda import PLDA
from kowairo.testing.scoring import toy_speakers

_VECTORS = np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, 0.0], [3.0, 4.0]], dtype=np.float32)


def _toy():
    embeddings = EmbeddingSet(_VECTORS, ["a", "b", "c", "t"], {})
    trials = Trials(["three", "one"], ["t", "t"], np.array([True, False]))
    return embeddings, trials, {"three": ["a", "b", "c"], "one": ["a"], "unused": ["nobody"]}


@pytest.mark.parametrize(
    ("enrollment", "expected"),  # the three utterances score 0.6, 0.8 and -0.6
    [
        (Enrollment(), 0.8),  # unit vectors (1, 0), (0, 1), (-1, 0) have the direction (0, 1)
        (Enrollment(method="max"), 0.8),
        (Enrollment(method="top_k", top_k=2), 0.7),
        (Enrollment(method="top_k", top_k=3), 0.8 / 3),
        (Enrollment(method="top_k", top_k=9), 0.8 / 3),
    ],
)
def test_hand_worked_scores_of_a_model_of_three_and_a_model_of_one(enrollment, expected):
    embeddings, trials, table = _toy()
    scores = score_enrolled(embeddings, trials, table, enrollment=enrollment)
    assert (scores.enroll, scores.test) == (trials.enroll, trials.test)
    assert scores.values == pytest.approx([expected, 0.6], abs=1e-6)


def test_concat_weights_raw_embeddings_by_duration():
    embeddings, trials, table = _toy()
    durations = {"a": 2.0, "b": 1.0, "c": 1.0}  # (2 (1, 0) + (0, 2) + (-1, 0)) / 4 = (1, 2) / 4
    scores = score_enrolled(
        embeddings, trials, table, enrollment=Enrollment(method="concat"), utt2dur=durations
    )
    assert scores.values == pytest.approx([11 / (5 * np.sqrt(5)), 0.6], abs=1e-6)


def _random_models():
    rng = np.random.default_rng(0)
    vectors, speakers = toy_speakers()
    groups = [rng.choice(60, size=size, replace=False) for size in (1, 5, 2, 7)]
    rows = rng.integers(4, size=500), rng.integers(60, 80, size=500)
    return vectors, speakers, groups, rows


def _naive(backend, vectors, group, test, enrollment):
    """One trial at a time, one utterance at a time."""
    each = sorted(float(backend.score(vectors[g : g + 1], vectors[test : test + 1])[0]) for g in group)
    if enrollment.method == "max":
        return each[-1]
    if enrollment.method == "top_k":
        return np.mean(each[-enrollment.top_k :])
    unit = [v / np.linalg.norm(v) for v in vectors[group]]
    return cosine_scores([np.mean(unit, axis=0)], vectors[test : test + 1])[0]


@pytest.mark.parametrize(
    "enrollment",
    [Enrollment(), Enrollment(method="max"), Enrollment(method="top_k"), Enrollment(method="top_k", top_k=1)],
)
def test_models_of_unequal_size_equal_a_naive_loop(enrollment):
    vectors, _, groups, (models, tests) = _random_models()
    backend = PlainCosine()
    scores = model_scorer(backend, vectors, groups, enrollment=enrollment)(models, tests)
    naive = [_naive(backend, vectors, groups[m], t, enrollment) for m, t in zip(models, tests, strict=True)]
    assert scores == pytest.approx(naive, abs=1e-6)


@pytest.mark.parametrize("method", ["mean", "concat", "max", "top_k"])
@pytest.mark.parametrize("backend", [PlainCosine(), PLDA()])
def test_a_model_of_one_utterance_scores_as_the_utterance_by_every_method(method, backend):
    vectors, speakers, _, (models, tests) = _random_models()
    backend.fit(vectors, speakers)
    groups = [np.array([number]) for number in range(4)]
    scorer = model_scorer(
        backend, vectors, groups, enrollment=Enrollment(method=method), durations_s=np.full(80, 2.0)
    )
    assert scorer(models, tests) == pytest.approx(backend.score_pairs(vectors, models, tests), abs=1e-4)


def test_top_one_is_the_maximum_and_top_all_the_mean_of_scores():
    vectors, _, groups, rows = _random_models()
    best = model_scorer(PlainCosine(), vectors, groups, enrollment=Enrollment(method="max"))(*rows)
    first = model_scorer(PlainCosine(), vectors, groups, enrollment=Enrollment(method="top_k", top_k=1))(
        *rows
    )
    every = model_scorer(PlainCosine(), vectors, groups, enrollment=Enrollment(method="top_k", top_k=7))(
        *rows
    )
    assert np.array_equal(best, first)
    assert (every <= best).all()


def test_plda_models_use_the_number_of_utterances():
    vectors, speakers, groups, rows = _random_models()
    plda = PLDA().fit(vectors, speakers)
    prepared = plda.prepare(vectors)
    expected = plda.score_models(plda.enroll(prepared, groups), prepared, *rows)
    assert np.array_equal(model_scorer(plda, vectors, groups, enrollment=Enrollment())(*rows), expected)


def test_blocks_do_not_change_the_scores(monkeypatch):
    vectors, _, groups, rows = _random_models()
    enrollment = Enrollment(method="top_k", top_k=2)
    whole = model_scorer(PlainCosine(), vectors, groups, enrollment=enrollment)(*rows)
    monkeypatch.setattr("kowairo.scoring.enrollment._BLOCK_PAIRS", 40)
    assert model_scorer(PlainCosine(), vectors, groups, enrollment=enrollment)(*rows) == pytest.approx(whole)


@pytest.mark.parametrize(
    ("table", "utt2dur", "message"),
    [
        ({"three": ["a"]}, None, r"model 'one' in spk2enroll \(1 missing\)"),
        ({"three": [], "one": ["a"]}, None, "model 'three' in spk2enroll"),
        ({"three": ["a", "b", "a"], "one": ["a"]}, None, "'three' names an enrolment utterance twice"),
        ({"three": ["a", "t"], "one": ["a"]}, None, "trial three t: the test is one of the model's"),
        ({"three": ["nobody"], "one": ["a"]}, None, "nobody"),
        ({"three": ["a", "b"], "one": ["a"]}, None, "concat weights utterances by duration"),
        ({"three": ["a", "b"], "one": ["a"]}, {"a": 1.0}, "no duration of enrolment utterance 'b'"),
        ({"three": ["a", "b"], "one": ["a"]}, {"a": 1.0, "b": 0.0}, "durations above 0 s, model 0 has 0.0"),
    ],
)
def test_what_is_missing_or_contradicts_itself_is_named(table, utt2dur, message):
    embeddings, trials, _ = _toy()
    with pytest.raises(InputError, match=message):
        score_enrolled(embeddings, trials, table, enrollment=Enrollment(method="concat"), utt2dur=utt2dur)


def test_bad_parameters_of_an_enrollment_are_refused():
    with pytest.raises(InputError, match="mean, concat, max or top_k"):
        Enrollment(method="median")
    with pytest.raises(InputError, match="top_k of at least 1"):
        Enrollment(method="top_k", top_k=0)
    with pytest.raises(InputError, match="model 1 has none"):
        model_scorer(
            PlainCosine(), _VECTORS, [np.array([0]), np.array([], dtype=int)], enrollment=Enrollment()
        )
    with pytest.raises(InputError, match="one duration per embedding"):
        model_scorer(
            PlainCosine(),
            _VECTORS,
            [np.array([0])],
            enrollment=Enrollment(method="concat"),
            durations_s=np.ones(2),
        )
