import numpy as np
import pytest

from kowairo.core import EmbeddingSet, InputError, Scores
from kowairo.scoring.normalization import normalizer_preset

_RNG = np.random.default_rng(0)
_TOP_N = 12
_SPEAKERS = [f"cohort{row % 30:02d}" for row in range(90)]
_COHORT = (_RNG.normal(size=(30, 8))[np.arange(90) % 30] + _RNG.normal(size=(90, 8)) + 0.5).astype(np.float32)
_EVAL = (2 * _RNG.normal(size=(10, 8)) + 0.5).astype(np.float32)
_UTTS = [f"u{row}" for row in range(10)]
_PAIRS = [(row, (3 * row + 1) % 10) for row in range(10)]


def ours(name, raw_scores):
    preset = normalizer_preset(name, top_n=_TOP_N)
    cohort = preset.cohort.make(_COHORT, _SPEAKERS)
    normalizer = preset.normalizer().fit(EmbeddingSet(_EVAL, _UTTS), cohort)
    sides = ([_UTTS[pair[side]] for pair in _PAIRS] for side in (0, 1))
    return normalizer.transform(Scores(*sides, np.array(raw_scores))).values


def cosine(one, other):
    return float(one @ other) / float(np.sqrt(one @ one) * np.sqrt(other @ other))


def highest(values, ddof):
    top = sorted(values, reverse=True)[:_TOP_N]
    mean = sum(top) / len(top)
    return mean, (sum((value - mean) ** 2 for value in top) / (len(top) - ddof)) ** 0.5


def speaker_means(vectors):
    names = sorted(set(_SPEAKERS))
    return [
        np.mean([v for v, speaker in zip(vectors, _SPEAKERS, strict=True) if speaker == name], axis=0)
        for name in names
    ]


def mean_of_sides(raw, enroll, test, *, ddof):
    (mean_e, std_e), (mean_t, std_t) = highest(enroll, ddof), highest(test, ddof)
    return 0.5 * ((raw - mean_e) / std_e + (raw - mean_t) / std_t)


def test_wespeaker_equals_a_loop_after_its_score_norm():
    mean_vec = _COHORT.astype(float).mean(axis=0)
    cohort = [row - mean_vec for row in speaker_means(_COHORT.astype(float))]
    vectors = _EVAL.astype(float) - mean_vec
    raw = [cosine(vectors[e], vectors[t]) for e, t in _PAIRS]
    against = [[cosine(vector, row) for row in cohort] for vector in vectors]
    expected = [
        mean_of_sides(s, against[e], against[t], ddof=0) for s, (e, t) in zip(raw, _PAIRS, strict=True)
    ]
    assert ours("wespeaker", raw) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("name", ["speechbrain", "voiceprint_zh"])
def test_top_utterances_with_the_sample_deviation_equal_a_loop_per_trial(name):
    raw = [cosine(_EVAL[e], _EVAL[t]) for e, t in _PAIRS]
    expected = []
    for score, (e, t) in zip(raw, _PAIRS, strict=True):
        score_e_c = [cosine(_EVAL[e], row) for row in _COHORT]
        score_t_c = [cosine(_EVAL[t], row) for row in _COHORT]
        expected.append(mean_of_sides(score, score_e_c, score_t_c, ddof=1))
    assert ours(name, raw) == pytest.approx(expected, rel=1e-5)


def test_hyperion_equals_a_loop_over_its_score_matrices():
    raw = [cosine(_EVAL[e], _EVAL[t]) for e, t in _PAIRS]
    enroll_cohort = np.array([[cosine(_EVAL[e], row) for row in _COHORT] for e, _ in _PAIRS])
    cohort_test = np.array([[cosine(_EVAL[t], row) for row in _COHORT] for _, t in _PAIRS]).T
    expected = []
    for i, score in enumerate(raw):
        nearest_to_test = np.argsort(cohort_test[:, i])[::-1][:_TOP_N]
        nearest_to_enroll = np.argsort(enroll_cohort[i])[::-1][:_TOP_N]
        z_side, t_side = enroll_cohort[i, nearest_to_test], cohort_test[nearest_to_enroll, i]
        z = (score - z_side.mean()) / max(z_side.std(), 1e-5)
        t = (score - t_side.mean()) / max(t_side.std(), 1e-5)
        expected.append((z + t) / np.sqrt(2))
    assert ours("hyperion", raw) == pytest.approx(expected, rel=1e-5)


def test_espnet_equals_a_loop_over_negative_distances():
    unit = [vector / np.linalg.norm(vector) for vector in _EVAL.astype(float)]
    cohort = speaker_means([row / np.linalg.norm(row) for row in _COHORT.astype(float)])
    raw = [-float(np.linalg.norm(unit[e] - unit[t])) for e, t in _PAIRS]
    against = [[-float(np.linalg.norm(vector - row)) for row in cohort] for vector in unit]
    expected = [
        mean_of_sides(s, against[e], against[t], ddof=1) for s, (e, t) in zip(raw, _PAIRS, strict=True)
    ]
    assert ours("espnet", raw) == pytest.approx(expected, rel=1e-5)


def test_3d_speaker_normalises_no_scores():
    assert normalizer_preset("3d_speaker").normalizer() is None
    with pytest.raises(InputError, match="does not normalise scores"):
        normalizer_preset("3d_speaker", top_n=5)


@pytest.mark.parametrize(
    ("name", "top_n", "ddof"),
    [
        ("wespeaker", 300, 0),
        ("speechbrain", 20000, 1),
        ("hyperion", 100, 0),
        ("espnet", 400, 1),
        ("voiceprint_zh", 300, 1),
    ],
)
def test_presets_have_the_settings_of_the_toolkits(name, top_n, ddof):
    preset = normalizer_preset(name)
    assert (preset.top_n, preset.ddof) == (top_n, ddof)
    assert preset.normalizer(shared_speakers="exclude").shared_speakers == "exclude"


def test_an_unknown_preset_is_refused():
    with pytest.raises(InputError, match=r"expected a preset of wespeaker, .*, got 'kaldi'"):
        normalizer_preset("kaldi")
