import json

import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring import LDA, MeanSubtraction
from kowairo.scoring.backend import load_backend
from kowairo.scoring.chain import Chain
from kowairo.scoring.length_norm import LengthNorm
from kowairo.scoring.wccn import WCCN
from kowairo.scoring.whitening import Whitening
from kowairo.testing.scoring import check_backend, toy_speakers


def _chain():
    return Chain(steps=[MeanSubtraction(), LengthNorm(), LDA(num_dims=4), LengthNorm(scale="sqrt_dim")])


@pytest.mark.parametrize(
    "backend", [_chain(), Chain(steps=[WCCN()]), Chain(steps=[Chain(steps=[Whitening()]), WCCN()])]
)
def test_chains_keep_the_contract_of_back_ends(backend):
    check_backend(backend)


def test_each_step_is_fitted_on_what_the_steps_before_it_leave():
    vectors, speakers = toy_speakers()
    centred = vectors - vectors.mean(axis=0)
    unit = centred / np.linalg.norm(centred, axis=1)[:, None]
    lda = LDA(num_dims=4).fit(unit, speakers)
    chain = _chain().fit(vectors, speakers)
    assert chain.steps[2].separations_ == pytest.approx(lda.separations_)
    assert chain.score(vectors[:30], vectors[30:60]) == pytest.approx(lda.score(unit[:30], unit[30:60]))


def test_closed_forms_in_a_row_are_one_affine_map():
    vectors, speakers = toy_speakers()
    chain = Chain(
        steps=[MeanSubtraction(), Chain(steps=[WCCN(), Whitening(method="pca", num_dims=3)]), LDA()]
    )
    matrix, offset = chain.fit(vectors, speakers).affine()
    assert matrix.shape == (3, 6)
    assert chain.transform(vectors) == pytest.approx(vectors @ matrix.T + offset)


def test_a_chain_with_length_norm_is_no_affine_map():
    with pytest.raises(InputError, match="LengthNorm is no affine map"):
        _chain().fit(*toy_speakers()).affine()


def test_a_saved_chain_is_json_and_arrays_only(tmp_path):
    vectors, speakers = toy_speakers()
    chain = _chain().fit(vectors, speakers)
    chain.save(tmp_path / "chain")
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} == {".json", ".npz"}
    again = load_backend(tmp_path / "chain")
    assert [type(step) for step in again.steps] == [type(step) for step in chain.steps]
    assert np.array_equal(again.transform(vectors), chain.transform(vectors))


def test_the_step_that_cannot_be_fitted_is_named():
    with pytest.raises(InputError, match=r"step 1 \(LDA\): expected two or more speakers"):
        Chain(steps=[MeanSubtraction(), LDA()]).fit(np.eye(3), ["a", "a", "a"])
    with pytest.raises(InputError, match="at least one step"):
        Chain(steps=[]).fit(np.eye(3), ["a", "a", "a"])
    with pytest.raises(InputError, match="shrinkage in"):
        Chain(steps=[LDA(shrinkage=2.0)]).fit(np.eye(3), ["a", "a", "a"])


def test_an_unfitted_chain_leaves_no_folder(tmp_path):
    with pytest.raises(InputError, match="expected a fitted MeanSubtraction"):
        _chain().save(tmp_path / "chain")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "config", [{"kind": "Chain"}, {"kind": "Chain", "num_steps": 0}, {"num_steps": 1}, []]
)
def test_a_folder_that_is_no_chain_is_refused(tmp_path, config):
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match="expected a Chain with num_steps"):
        Chain.load(tmp_path)


def test_a_missing_step_is_named(tmp_path):
    _chain().fit(*toy_speakers()).save(tmp_path / "chain")
    (tmp_path / "chain" / "step2" / "config.json").unlink()
    with pytest.raises(InputError, match="step2"):
        load_backend(tmp_path / "chain")
