import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import AAMSoftmax, Loss
from kowairo.training import Head
from kowairo.training.head import build_head, load_head_rows, save_head

AAM = "kowairo.losses.AAMSoftmax"


class Plain(Loss):
    def forward(self, embeddings, labels):
        return embeddings.sum()


def make(classes, seed=0):
    return build_head(AAM, embedding_dim=4, classes=classes, scale=30.0, seed=seed)


def test_rows_are_adopted_by_name_and_the_rest_stays():
    old, new = make(["a", "b", "c"]), make(["b", "x", "c"], seed=1)
    fresh = new.loss.weight.detach().clone()
    assert new.adopt_rows(old.loss.weight.detach(), old.classes) == 2
    assert torch.equal(new.loss.weight[0], old.loss.weight[1])
    assert torch.equal(new.loss.weight[1], fresh[1])
    assert torch.equal(new.loss.weight[2], old.loss.weight[2])


def test_a_new_speed_copy_starts_from_its_speakers_row_and_an_old_one_from_its_own():
    old, new = make(["a", "b", "b|0.9"]), make(["a|0.9", "b|0.9", "c|0.9"], seed=1)
    fresh = new.loss.weight.detach().clone()
    assert new.adopt_rows(old.loss.weight.detach(), old.classes) == 2
    assert torch.equal(new.loss.weight[0], old.loss.weight[0])
    assert torch.equal(new.loss.weight[1], old.loss.weight[2])
    assert torch.equal(new.loss.weight[2], fresh[2])


def test_rows_of_another_dimension_are_refused():
    with pytest.raises(InputError, match="rows of 5"):
        make(["a"]).adopt_rows(torch.zeros(1, 5), ["a"])


def test_a_head_comes_back_as_it_was_saved(tmp_path):
    head = make(["声", "b"])
    save_head(head.loss.state_dict(), head.classes, tmp_path)
    rows, classes = load_head_rows(tmp_path)
    assert torch.equal(rows, head.loss.weight)
    assert classes == ["声", "b"]


def test_names_that_do_not_fit_the_rows_are_refused(tmp_path):
    head = make(["a", "b"])
    save_head(head.loss.state_dict(), ["a"], tmp_path)
    with pytest.raises(InputError, match=r"does not fit labels\.json"):
        load_head_rows(tmp_path)


def test_a_folder_without_head_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read as a head"):
        load_head_rows(tmp_path)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("kowairo.losses.Nothing", "cannot be imported"),
        ("nodots", "cannot be imported"),
        ("os.system", "is not a"),
    ],
)
def test_what_is_no_loss_is_refused(path, message):
    with pytest.raises(InputError, match=message):
        build_head(path, embedding_dim=4, classes=["a"], scale=1.0, seed=0)


def test_a_loss_without_classes_is_refused():
    with pytest.raises(InputError, match="has no margin_rad"):
        Head(Plain(), ["a"])


def test_names_and_rows_must_agree():
    with pytest.raises(InputError, match="2 class names for 3"):
        Head(AAMSoftmax(4, 3), ["a", "b"])


def test_logits_have_no_margin():
    head = make(["a", "b"])
    head.set_margin(0.3)
    embeddings = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    unit = torch.nn.functional.normalize
    assert torch.allclose(
        head.logits(embeddings), 30 * unit(embeddings) @ unit(head.loss.weight).T, atol=1e-5
    )
