import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring import score_trials
from kowairo.scoring.normalization import AdaptiveSNorm, AdaptiveTNorm, AdaptiveZNorm, load_normalizer
from kowairo.testing.scoring import toy_trials

KINDS = [AdaptiveZNorm, AdaptiveTNorm, AdaptiveSNorm]


@pytest.mark.parametrize("kind", KINDS)
def test_the_cross_variant_comes_back_from_its_folder_with_its_labels(kind, tmp_path):
    embeddings, trials, cohort = toy_trials()
    utt2spk = {utt: "cohort3" if row % 2 else "x" for row, utt in enumerate(embeddings.utts)}
    scores = score_trials(embeddings, trials)
    fitted = kind(top_n=8, variant="cross", ddof=1, shared_speakers="exclude")
    fitted.fit(embeddings, cohort, utt2spk=utt2spk).save(tmp_path / "norm")
    again = load_normalizer(tmp_path / "norm")
    assert again.parameters() == fitted.parameters()
    assert np.array_equal(again.transform(scores).values, fitted.transform(scores).values)
    pair = 0.3, embeddings.vectors[0], embeddings.vectors[9]
    assert again.normalize_pair(*pair) == fitted.normalize_pair(*pair)


@pytest.mark.parametrize("kind", KINDS)
def test_variants_differ_only_in_whose_nearest_rows_are_used(kind):
    embeddings, _, cohort = toy_trials()
    one, other = embeddings.vectors[0], embeddings.vectors[9]
    own, cross = (kind(top_n=8, variant=each).fit(embeddings, cohort) for each in ("own", "cross"))
    assert cross.normalize_pair(0.4, one, one) == pytest.approx(own.normalize_pair(0.4, one, one), abs=1e-5)
    assert cross.normalize_pair(0.4, one, other) != pytest.approx(
        own.normalize_pair(0.4, one, other), abs=1e-3
    )


@pytest.mark.parametrize("variant", ["own", "cross"])
def test_a_cohort_smaller_than_top_n_is_refused(variant):
    embeddings, _, cohort = toy_trials()
    with pytest.raises(InputError, match="top_n 300 is more than the 40 rows of the cohort"):
        AdaptiveSNorm(variant=variant).fit(embeddings, cohort)


def test_a_folder_with_cut_arrays_is_refused(tmp_path):
    embeddings, _, cohort = toy_trials()
    AdaptiveSNorm(top_n=5, variant="cross").fit(embeddings, cohort).save(tmp_path / "norm")
    with np.load(tmp_path / "norm" / "arrays.npz") as stored:
        arrays = dict(stored)
    arrays["nearest"] = arrays["nearest"][:-1]
    np.savez(tmp_path / "norm" / "arrays.npz", **arrays)
    with pytest.raises(InputError, match="norm: the statistics do not fit the 32 utterances"):
        load_normalizer(tmp_path / "norm")
