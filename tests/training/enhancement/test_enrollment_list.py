import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.enhance import LinearNetV3, SetTransformer
from kowairo.training.enhancement import EnrollmentList


@pytest.fixture
def drawn(valid_side):
    return EnrollmentList.draw("sets", valid_side.embeddings, valid_side.utt2spk, sizes=[2, 5], seed=0)


def test_models_are_of_each_size_and_never_tested_on_their_own_lines(drawn):
    assert sorted(drawn.models) == sorted(f"v{s:03d}#{n}" for s in range(12) for n in (2, 5))
    for model, line, target in drawn.trials:
        assert (line.split("/")[0] == drawn.model_speakers[model]) == target
        assert not target or line not in drawn.models[model]
    sizes = {len(set(lines)) for lines in drawn.models.values()}
    assert sizes == {2, 5}
    # 8 lines a speaker: 5 targets of a model of 2, 3 of a model of 5, and as many non-targets.
    assert len(drawn.trials) == 12 * (5 + 3) * 2
    assert drawn.trials.target.sum() * 2 == len(drawn.trials)


def test_equal_seeds_give_equal_lists(drawn, valid_side):
    def draw(seed):
        return EnrollmentList.draw("x", valid_side.embeddings, valid_side.utt2spk, sizes=[2, 5], seed=seed)

    assert list(draw(0).trials) == list(drawn.trials) != list(draw(1).trials)


def test_scores_of_the_plain_mean_equal_a_loop(drawn, valid_side):
    vectors = valid_side.embeddings
    for (model, line, _), value in zip(drawn.trials, drawn.scores(None).values, strict=True):
        rows = vectors.rows(drawn.models[model])
        mean = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).mean(axis=0)
        test = vectors.rows([line])[0]
        expected = mean @ test / np.linalg.norm(mean) / np.linalg.norm(test)
        assert value == pytest.approx(expected, abs=1e-5)


def test_an_untrained_set_transformer_scores_as_the_plain_mean(drawn):
    assert drawn.scores(SetTransformer(16, width=8)).values == pytest.approx(
        drawn.scores(None).values, abs=1e-6
    )


def test_too_few_lines_and_nets_of_rows_are_refused(drawn, valid_side):
    with pytest.raises(InputError, match="models of 8 lines need two speakers with 9, got 0"):
        EnrollmentList.draw("x", valid_side.embeddings, valid_side.utt2spk, sizes=[8], seed=0)
    with pytest.raises(InputError, match="need a net of sets, got LinearNetV3"):
        drawn.eer(LinearNetV3(16), score="cosine", rule="roc")
