import numpy as np
import pytest

from kowairo.core import EmbeddingSet, InputError, Trials
from kowairo.enhance import LinearNetV2, apply_enhancer
from kowairo.training.enhancement import TrialList

VECTORS = np.array([[1, 0], [2, 0.1], [0, 1], [0.1, 3]], dtype=np.float32)
SET = EmbeddingSet(VECTORS, ["a/x/1", "a/y/2", "b/x/1", "b/x/2"])
TRIALS = Trials(
    ["a/x/1.wav", "b/x/1", "a/x/1.npy", "a/y/2"],
    ["a/y/2.npy", "b/x/2", "b/x/1", "b/x/2.wav"],
    np.array([True, True, False, False]),
)


def test_files_are_found_and_speakers_read_from_ids():
    tests = TrialList.of("own", SET, TRIALS)
    assert tests.trials.enroll == ["a/x/1", "b/x/1", "a/x/1", "a/y/2"]
    assert tests.speakers == {"a", "b"}
    assert TrialList.of("own", SET, TRIALS, utt2spk={"a/x/1": "anna"}).speakers == {"anna"}


def test_the_eer_of_separated_pairs_is_zero_and_of_swapped_ones_one():
    assert TrialList.of("own", SET, TRIALS).eer(None, score="cosine", rule="roc") == 0.0
    swapped = Trials(TRIALS.enroll, TRIALS.test, ~TRIALS.target)
    assert TrialList.of("own", SET, swapped).eer(None, score="cosine", rule="roc") == 1.0


def test_distances_are_of_the_outputs_as_they_are():
    net = LinearNetV2(2, activation="ELU").eval()
    rng = np.random.default_rng(0)
    utts = [f"{i % 10}/a/{i}" for i in range(40)]
    vectors = EmbeddingSet(rng.normal(size=(40, 2)).astype(np.float32), utts)
    pairs = [(a, b) for a in utts for b in utts if a < b]
    target = np.array([a.split("/")[0] == b.split("/")[0] for a, b in pairs])
    tests = TrialList.of("own", vectors, Trials([a for a, _ in pairs], [b for _, b in pairs], target))
    output = apply_enhancer(tests.embeddings, net)
    gaps = np.array([np.linalg.norm(output.rows([a])[0] - output.rows([b])[0]) for a, b in pairs])
    thresholds = np.unique(gaps)
    # The published rule: the larger rate where the two are closest.
    rates = [((gaps[target] > t).mean(), (gaps[~target] <= t).mean()) for t in thresholds]
    expected = max(min(rates, key=lambda both: abs(both[0] - both[1])))
    # Two distances that round alike change places: one trial of difference.
    found = tests.eer(net, score="euclidean", rule="max")
    assert found == pytest.approx(expected, abs=1.01 / target.sum())


def test_a_file_without_embedding_is_named():
    with pytest.raises(InputError, match=r"no embedding of 'c/x/1.wav' \(1 missing\)"):
        TrialList.of("own", SET, Trials(["c/x/1.wav"], ["a/x/1"], np.array([True])))
