import pytest

from kowairo.core import InputError
from kowairo.scoring import AdaptiveSNorm, ZNorm
from kowairo.testing.scoring import toy_trials


def test_without_labels_a_cohort_cannot_be_refused_and_with_them_it_is():
    embeddings, _, cohort = toy_trials()
    labels = dict.fromkeys(embeddings.utts, "cohort3")
    ZNorm().fit(embeddings, cohort)
    for normalizer in (ZNorm(), AdaptiveSNorm(top_n=5)):
        with pytest.raises(InputError, match="'cohort3'"):
            normalizer.fit(embeddings, cohort, utt2spk=labels)


def test_statistics_are_fitted_once_and_serve_any_trial_list(tmp_path):
    embeddings, _, cohort = toy_trials()
    normalizer = AdaptiveSNorm(top_n=5).fit(embeddings, cohort)
    normalizer.enroll_statistics_.save(tmp_path / "s")
    assert type(normalizer.enroll_statistics_).load(tmp_path / "s").utts == tuple(embeddings.utts)
