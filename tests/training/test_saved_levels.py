"""Two levels of identity through a stage and into the next one."""

import json
import shutil
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import torch

from kowairo.core import Corpus, InputError, Trials, file_digest, read_json, write_table, write_trials
from kowairo.losses import identity_levels
from kowairo.models import ProjectedEncoder, load_encoder, read_card
from kowairo.training import AdamW, StageConfig, find_merges, train_stage
from kowairo.training.head import build_head, load_head_rows, save_head
from kowairo.training.saved_levels import continue_head, load_levels, save_levels
from kowairo.training.stage_data import stage_data
from kowairo.training.stage_start import stage_start


def two_levels(**actor):
    levels = {"character": "IdentityLevel", "actor": "DomainIdentityLevel"}
    terms = [
        {
            "loss": {
                "class_path": kind,
                "init_args": {
                    "name": name,
                    "loss": {"class_path": "AAMSoftmax", "init_args": actor if name == "actor" else {}},
                },
            }
        }
        for name, kind in levels.items()
    ]
    return {"class_path": "JointObjective", "init_args": {"terms": terms}}


CONFIG = StageConfig(
    name="levels",
    epochs=1,
    crop_s=0.4,
    batch_size=8,
    loss=two_levels(),
    domain="va",
    domain_of_copies="own",
    speeds=(1.0, 0.9),
    optimizer=AdamW(learning_rate=0.01),
    precision="fp32",
)


@pytest.fixture(scope="module")
def folder(data_folder, tmp_path_factory):
    """The small corpus; every two speakers are of one actor, and nobody knows that of s07."""
    root = tmp_path_factory.mktemp("levels")
    for name in ("train", "closed", "valid"):
        shutil.copytree(data_folder / name, root / name)
        corpus = Corpus.read(data_folder / name)
        Corpus(corpus.audio, corpus.utt2spk, corpus.utt_tables, corpus.spk_tables).write(root / name)
    actors = {f"s{number:02d}": f"v{number // 2}" for number in range(7)}
    write_table(root / "train" / "spk2va", actors)
    lines = Corpus.read(root / "valid").utt2spk
    pairs = [(a, b) for a, b in combinations(sorted(lines), 2) if lines[a] != lines[b]]
    target = np.array([int(lines[a][1:]) // 2 == int(lines[b][1:]) // 2 for a, b in pairs])
    (root / "actor" / "valid").mkdir(parents=True)
    trials = Trials([a for a, _ in pairs], [b for _, b in pairs], target)
    write_trials(root / "actor" / "valid" / "trials", trials)
    return root


@pytest.fixture
def train(folder, store, tiny_encoder, tmp_path):
    def run(config=CONFIG, *, out="stage", **options):
        options = {"encoder": tiny_encoder, "seed": 5, "threads": 1, "num_workers": 0} | options
        return train_stage(
            config, data_folder=folder, out=tmp_path / out, store=store, device="cpu", **options
        )

    return run


def metrics_of(stage):
    header, *rows = (stage / "metrics.csv").read_text().splitlines()
    return dict(zip(header.split(","), rows[-1].split(","), strict=True))


def test_a_stage_leaves_an_encoder_for_each_level_and_their_figures(train):
    checkpoint = train()
    stage, trunk = checkpoint.parent, load_encoder(checkpoint)
    levels = load_levels(stage)
    waveforms = torch.randn(1, 16000, generator=torch.Generator().manual_seed(0))
    for name in ("character", "actor"):
        encoder = load_encoder(stage / f"checkpoint_{name}")
        assert isinstance(encoder, ProjectedEncoder)
        with torch.no_grad():
            expected = trunk(waveforms) @ levels[name].projection.T
            torch.testing.assert_close(encoder(waveforms), expected)
        assert read_card(stage / f"checkpoint_{name}")["level"] == name
    assert not torch.equal(levels["actor"].projection, levels["character"].projection)
    # Three actors know two characters, one knows one; copies at another speed have actors of their own.
    assert levels["actor"].domains == ["v0", "v0|0.9", "v1", "v1|0.9", "v2", "v2|0.9", "v3", "v3|0.9"]
    assert levels["character"].domains is None
    found = metrics_of(stage)
    both = [float(found[f"valid_eer_{name}"]) for name in ("character", "actor")]
    assert float(found["valid_eer"]) == pytest.approx(sum(both) / 2)
    assert 0.0 <= float(found["closed_accuracy"]) <= 1.0


def test_the_next_stage_goes_on_with_projections_and_rows(train):
    first = train().parent
    still = replace(CONFIG, name="next", optimizer=AdamW(learning_rate=1e-30, weight_decay=0.0))
    second = train(still, out="next", encoder=None, init=first).parent
    before, after = load_levels(first), load_levels(second)
    for name in ("character", "actor"):
        torch.testing.assert_close(after[name].projection, before[name].projection)
        torch.testing.assert_close(after[name].rows, before[name].rows)


def make_head(loss, classes=("a", "b"), domains=2, seed=0):
    return build_head(loss, embedding_dim=4, classes=list(classes), num_domains=domains, seed=seed)


def saved(head, folder, domains=("x", "y")):
    save_head(head.loss, head.classes, folder)
    save_levels(head.loss, domains, folder)
    return folder


def test_rows_of_a_plain_head_go_on_behind_the_identity(tmp_path):
    plain, head = make_head("AAMSoftmax"), make_head(two_levels(), seed=1)
    continue_head(head, saved(plain, tmp_path), ("x", "y"))
    assert torch.equal(head.classifier.weight, plain.classifier.weight)
    embeddings = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(head.logits(embeddings), plain.logits(embeddings))


def test_rows_behind_a_projection_are_brought_back_where_there_is_none(tmp_path):
    head, plain = make_head(two_levels()), make_head("AAMSoftmax", seed=1)
    projection = identity_levels(head.loss)["character"].projection.weight
    # A rotation: cosines stay what they are.
    torch.nn.init.orthogonal_(projection, generator=torch.Generator().manual_seed(0))
    continue_head(plain, saved(head, tmp_path), ())
    embeddings = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(plain.logits(embeddings), head.logits(embeddings))


def test_rows_of_domains_go_on_by_name(tmp_path):
    old, new = make_head(two_levels()), make_head(two_levels(), domains=3, seed=1)
    continue_head(new, saved(old, tmp_path), ("w", "x", "y|0.9"))
    rows, earlier = (identity_levels(one.loss)["actor"].weight for one in (new, old))
    assert torch.equal(rows[1:], earlier)


def test_a_projection_of_another_size_is_refused(tmp_path):
    folder = saved(make_head(two_levels()), tmp_path)
    with pytest.raises(InputError, match="level actor: the earlier projection is 4x4, this one 3x4"):
        continue_head(make_head(two_levels(embedding_dim=3)), folder, ("x", "y"))


def test_levels_that_are_not_of_the_head_beside_them_are_refused(tmp_path):
    saved(make_head(two_levels()), tmp_path)
    save_head(make_head("AAMSoftmax").loss, ["a", "b"], tmp_path)
    with pytest.raises(InputError, match="no tensors of the level"):
        load_levels(tmp_path)


def test_a_head_without_levels_leaves_no_list_of_them(tmp_path):
    saved(make_head(two_levels()), tmp_path)
    assert load_levels(saved(make_head("AAMSoftmax"), tmp_path)) == {}


def test_the_margin_reaches_both_levels():
    head = make_head(two_levels())
    head.set_margin(0.3)
    assert [level.loss.margin_rad for level in identity_levels(head.loss).values()] == [0.3, 0.3]


def test_merging_looks_at_the_level_of_the_characters(train, folder, store, tmp_path):
    stage = train().parent
    found = find_merges(stage, data_folder=folder, out=tmp_path / "merge", store=store)
    assert read_json(tmp_path / "merge" / "merge_map.json") == found
    shutil.rmtree(stage / "checkpoint_character")
    with pytest.raises(InputError, match="checkpoint_character"):
        find_merges(stage, data_folder=folder, out=tmp_path / "merge", store=store)


def test_names_of_domains_are_part_of_what_a_stage_starts_from(train):
    stage = train().parent
    before = stage_start(init=stage).digest
    levels = read_json(stage / "levels.json")
    levels["actor"]["domains"][0] = "other"
    (stage / "levels.json").write_text(json.dumps(levels))
    assert stage_start(init=stage).digest != before


def test_characters_without_an_actor_are_counted(folder, store, caplog):
    caplog.set_level("INFO")
    data = stage_data(CONFIG, folder, store=store)
    assert int((data.domains < 0).sum()) == 10
    assert "8 domains of va; 10 items of unknown domain" in caplog.text
    assert list(data.validation.level_trials) == ["actor"]


def test_copies_have_the_domain_of_their_source_unless_told_otherwise(folder, store):
    data = stage_data(replace(CONFIG, domain_of_copies="same"), folder, store=store)
    assert data.domain_names == ("v0", "v1", "v2", "v3")


def test_other_trials_of_a_level_change_the_digest(folder, store, tmp_path):
    shutil.copytree(folder, tmp_path / "copy")
    first = stage_data(CONFIG, folder, store=store).digest
    path = tmp_path / "copy" / "actor" / "valid" / "trials"
    path.write_text("\n".join(path.read_text().splitlines()[1:]) + "\n")
    assert stage_data(CONFIG, tmp_path / "copy", store=store).digest != first
    assert file_digest(path) != file_digest(folder / "actor" / "valid" / "trials")


def test_without_trials_of_its_own_a_level_chooses_nothing(folder, store, tmp_path):
    shutil.copytree(folder, tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy" / "actor")
    assert stage_data(CONFIG, tmp_path / "copy", store=store).validation.level_trials == {}


def test_one_actor_only_is_refused(folder, store, tmp_path):
    shutil.copytree(folder, tmp_path / "copy")
    write_table(tmp_path / "copy" / "train" / "spk2va", {f"s{number:02d}": "v0" for number in range(8)})
    with pytest.raises(InputError, match="of 1 va domains; a loss over domains takes two"):
        stage_data(replace(CONFIG, domain_of_copies="same", speeds=(1.0,)), tmp_path / "copy", store=store)


def test_a_corpus_without_actors_is_refused(folder, store, tmp_path):
    shutil.copytree(folder, tmp_path / "copy")
    (tmp_path / "copy" / "train" / "spk2va").unlink()
    with pytest.raises(InputError, match="neither utt2va nor spk2va"):
        stage_data(CONFIG, tmp_path / "copy", store=store)


def test_a_head_that_was_saved_comes_back(tmp_path):
    head = make_head(two_levels())
    rows, classes = load_head_rows(saved(head, tmp_path))
    assert torch.equal(rows, head.classifier.weight)
    assert classes == ["a", "b"]
