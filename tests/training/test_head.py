import pytest
import torch
from safetensors.torch import save_file

from kowairo.core import InputError
from kowairo.losses import (
    AAMSoftmax,
    CurricularAAM,
    JointObjective,
    RowCounts,
    Targets,
    Triplet,
    WeightedSum,
    WeightedTerm,
)
from kowairo.training import Head
from kowairo.training.head import build_head, load_head_rows, save_head, targets_of

AAM = "kowairo.losses.AAMSoftmax"


SUB_CENTERS = {"class_path": "kowairo.losses.SubCenterAAM", "init_args": {"sub_centers": 2}}
SUM = {
    "class_path": "kowairo.losses.WeightedSum",
    "init_args": {"terms": [{"loss": {"class_path": "kowairo.losses.GE2E"}}, {"loss": {"class_path": AAM}}]},
}

JOINT = {
    "class_path": "JointObjective",
    "init_args": {
        "terms": [
            {"loss": {"class_path": "DomainAdversarial"}, "weight": 0.1},
            {"loss": {"class_path": "AAMSoftmax"}},
            {"loss": {"class_path": "CosineDistillation"}, "weight": 2.0},
        ]
    },
}


def make_joint(classes, seed=0):
    return build_head(JOINT, embedding_dim=4, classes=classes, num_domains=2, teacher_dim=3, seed=seed)


def make(classes, seed=0, loss=AAM, scale=None):
    return build_head(loss, embedding_dim=4, classes=classes, scale=scale, seed=seed)


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
    save_head(head.loss, head.classes, tmp_path)
    rows, classes = load_head_rows(tmp_path)
    assert torch.equal(rows, head.loss.weight)
    assert classes == ["声", "b"]


@pytest.mark.parametrize("loss", [SUB_CENTERS, SUM])
def test_class_rows_are_found_wherever_the_loss_keeps_them(tmp_path, loss):
    head, other = make(["a", "b"], loss=loss), make(["b"], loss=loss, seed=1)
    save_head(head.loss, head.classes, tmp_path)
    assert other.adopt_rows(*load_head_rows(tmp_path)) == 1
    assert torch.equal(other.classifier.weight[0], head.classifier.weight[1])


def test_a_sum_of_all_kinds_keeps_the_rows_of_its_classifier(tmp_path):
    head, other = make_joint(["a", "b"]), make_joint(["b", "c"], seed=1)
    save_head(head.loss, head.classes, tmp_path)
    assert other.adopt_rows(*load_head_rows(tmp_path)) == 1
    assert torch.equal(other.classifier.weight[0], head.loss.losses[1].weight[1])
    other.set_margin(0.35)
    assert other.loss.losses[1].margin_rad == 0.35


def test_a_sum_of_all_kinds_has_the_sizes_of_the_data():
    first, _, last = make_joint(["a", "b"]).loss.losses
    assert (first.weight.shape[0], last.projection.weight.shape) == (2, (3, 4))
    assert targets_of(JOINT) == {"labels", "domains", "teacher"}
    assert targets_of("AAMSoftmax") == {"labels"}


@pytest.mark.parametrize("make_head", [make, make_joint])
def test_shares_of_parts_are_the_loss_of_the_batch(make_head):
    head = make_head(["a", "b"])
    draw = torch.Generator().manual_seed(0)
    rows, teacher = torch.randn(5, 4, generator=draw), torch.randn(5, 3, generator=draw)
    labels, domains = torch.tensor([0, 1, 1, 0, 1]), torch.tensor([0, 0, 1, 1, -1])
    whole = head(rows, Targets(labels, domains, teacher))
    parts = [
        head.share(rows[at], Targets(labels[at], domains[at], teacher[at]), RowCounts(5, 4, 5))
        for at in (slice(0, 2), slice(2, 5))
    ]
    torch.testing.assert_close(sum(parts), whole)


def test_a_term_alone_is_no_head():
    with pytest.raises(InputError, match="make it a term of"):
        build_head("CosineDistillation", embedding_dim=4, classes=["a"], teacher_dim=4, seed=0)


def test_a_batch_without_labels_is_refused():
    with pytest.raises(InputError, match="needs labels"):
        make(["a"])(torch.ones(1, 4), Targets())


def test_a_head_without_class_rows_is_saved_without_them(tmp_path):
    save_head(Triplet(), ["a", "b"], tmp_path)
    assert load_head_rows(tmp_path) is None


def test_a_head_of_before_the_rows_had_a_name_is_read(tmp_path):
    save_file({"weight": torch.ones(2, 4)}, tmp_path / "loss.safetensors")
    (tmp_path / "labels.json").write_text('["a", "b"]')
    assert torch.equal(load_head_rows(tmp_path)[0], torch.ones(2, 4))


def test_rows_of_several_centres_do_not_fit_single_ones():
    with pytest.raises(InputError, match="rows of 2x4, this one of 4"):
        make(["a"]).adopt_rows(torch.zeros(1, 2, 4), ["a"])


def test_names_that_do_not_fit_the_rows_are_refused(tmp_path):
    head = make(["a", "b"])
    save_head(head.loss, ["a"], tmp_path)
    with pytest.raises(InputError, match=r"does not fit labels\.json"):
        load_head_rows(tmp_path)


def test_a_folder_without_head_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read as a head"):
        load_head_rows(tmp_path)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("kowairo.losses.Nothing", "is not a loss"),
        ("nodots", "is not a loss"),
        ("os.system", "is not a loss"),
        ({"class_path": AAM, "init_args": {"scale": 2.0}}, "given twice"),
    ],
)
def test_what_is_no_loss_is_refused(path, message):
    with pytest.raises(InputError, match=message):
        build_head(path, embedding_dim=4, classes=["a"], scale=1.0, seed=0)


def test_the_scale_is_the_settings_or_the_losss_own():
    assert make(["a"]).loss.scale == 30.0
    assert make(["a"], loss=SUB_CENTERS).loss.scale == 32.0
    assert make(["a"], scale=20.0).loss.scale == 20.0


def test_a_loss_without_class_rows_has_no_logits_and_ignores_the_margin():
    head = Head(Triplet(), ["a"])
    head.set_margin(0.3)
    assert head.num_recognised(torch.ones(2, 4), torch.zeros(2, dtype=torch.int64)) == 0
    with pytest.raises(InputError, match="Triplet has no row per speaker"):
        head.logits(torch.ones(2, 4))


@pytest.mark.parametrize(
    ("loss", "whole"), [(AAMSoftmax(4, 2), False), (CurricularAAM(4, 2), True), (Triplet(), True)]
)
def test_losses_that_compare_or_remember_need_the_whole_batch(loss, whole):
    assert Head(loss, ["a", "b"]).needs_whole_batch is whole


@pytest.mark.parametrize("sum_of", [WeightedSum, JointObjective])
def test_names_and_rows_must_agree(sum_of):
    with pytest.raises(InputError, match="2 class names for 3"):
        Head(AAMSoftmax(4, 3), ["a", "b"])
    terms = [WeightedTerm(AAMSoftmax(4, 2)), WeightedTerm(AAMSoftmax(4, 3))]
    with pytest.raises(InputError, match="leave num_classes out"):
        Head(sum_of(terms), ["a", "b"])


def test_logits_have_no_margin():
    head = make(["a", "b"])
    head.set_margin(0.3)
    embeddings = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    unit = torch.nn.functional.normalize
    assert torch.allclose(
        head.logits(embeddings), 30 * unit(embeddings) @ unit(head.loss.weight).T, atol=1e-5
    )
