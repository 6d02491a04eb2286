import numpy as np
import pytest

from kowairo.core import Corpus, EmbeddingSet, read_json, read_npy_folder

SMALL = ["--enhancer", "LinearNetV3", "--enhancer.activation", "ELU", "--training.max_epochs", 1]
LEGACY = """\
train_list: {lists}/train_{kind}_list.txt
train_path: {emb}
valid_list: {lists}/valid_{kind}_list.txt
test_list: {lists}/valid_test_list.txt
test_list_libri: {lists}/valid_test_list.txt
gen_list: {lists}/valid_normal_list.txt
gen_target_dir: enhanced
trainfunc: {loss}
model: MyLinearNetv3
nOut: 8
activation: ELU
batch_size: 16
max_epoch: 2
test_interval: 1
lr: 1e-3
sigma: 0.1
surprise: 1
"""


@pytest.mark.slow
def test_a_net_is_trained_and_applied_to_all_sets(run, corpus, embeddings, tmp_path):
    train = ["--embeddings", embeddings / "train", "--corpus", tmp_path / "cohort", "--out", tmp_path / "net"]
    valid = ["--valid_embeddings", embeddings / "test", "--valid_corpus", corpus]
    status, out, errors = run("enhance", "train", *train, *valid, *SMALL, "--loss", "MSE")
    assert (status, errors) == (0, [])
    assert "valid EER" in out
    assert read_json(tmp_path / "net" / "training.json")["num_speakers"] == 10
    assert {"scores.txt", "curves.png", "tensorboard", "resume.ckpt", "model.safetensors", "config.yaml"} <= {
        path.name for path in (tmp_path / "net").iterdir()
    }
    apply = ["--embeddings", embeddings, "--enhancer", tmp_path / "net", "--out", tmp_path / "better"]
    assert run("enhance", "apply", *apply)[0] == 0
    enhanced = EmbeddingSet.load(tmp_path / "better" / "test")
    assert enhanced.utts == Corpus.read(corpus).utts
    assert np.isfinite(enhanced.vectors).all()


@pytest.fixture
def mirrored(run, tmp_path):
    """Embeddings in files of speaker/session/line, and lists of training and validation speakers."""
    rng = np.random.default_rng(0)
    for side, count in (("train", 6), ("valid", 4)):
        for speaker in range(count):
            centre = rng.normal(size=8)
            for line in range(6):
                folder = tmp_path / "emb" / f"{side}{speaker}" / "xy"[line % 2]
                folder.mkdir(parents=True, exist_ok=True)
                np.save(folder / f"{line}.npy", (centre + rng.normal(size=(10, 8))).astype(np.float32))
    for side in ("train", "valid"):
        vectors = read_npy_folder(tmp_path / "emb")
        vectors.subset(utt for utt in vectors.utts if utt.startswith(side)).save(tmp_path / f"{side}_set")
        options = ["--embeddings", tmp_path / f"{side}_set", "--out", tmp_path / "lists", "--name", side]
        assert run("enhance", "lists", *options)[0] == 0
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("loss", "kind"), [("DA_CS", "distribution"), ("MyTriplet_CS", "triplet"), ("MSE_Softmax", "normal")]
)
def test_a_configuration_of_the_project_trains_as_it_is(run, mirrored, loss, kind, caplog):
    text = LEGACY.format(lists=mirrored / "lists", emb=mirrored / "emb", kind=kind, loss=loss)
    (mirrored / "MyLinearNetv2_Exp6-4.yaml").write_text(text)
    out = mirrored / "net"
    options = ["--legacy_config", mirrored / "MyLinearNetv2_Exp6-4.yaml", "--out", out]
    status, printed, errors = run("enhance", "train", *options)
    assert (status, errors) == (0, [])
    assert "unknown keys are ignored: surprise" in caplog.text
    assert "libri EER" in printed
    scores = (out / "scores.txt").read_text()
    assert scores.count("--Val--") == scores.count("VEER_LIBRI") == 2
    assert ("Vacc" in scores) is (kind == "distribution")
    assert len(read_npy_folder(out / "enhanced")) == 24


@pytest.mark.slow
def test_lists_can_be_given_without_a_corpus(run, mirrored):
    lists = mirrored / "lists"
    options = ["--embeddings", mirrored / "emb", "--train_list", lists / "train_normal_list.txt"]
    options += ["--valid_list", lists / "valid_normal_list.txt", "--test_list", lists / "valid_test_list.txt"]
    status, out, errors = run("enhance", "train", *options, *SMALL, "--loss", "CS", "--out", mirrored / "net")
    assert (status, errors) == (0, [])
    assert "36 lines of 6 speakers" in out
    more = ["--init", mirrored / "net", "--out", mirrored / "more"]
    assert run("enhance", "train", *options, *SMALL, "--loss", "MAE", *more)[0] == 0


def bad(mirrored, **changes):
    """Options of a training with something wrong."""
    lists = mirrored / "lists"
    given = {
        "--embeddings": mirrored / "emb",
        "--train_list": lists / "train_normal_list.txt",
        "--valid_list": lists / "valid_normal_list.txt",
        "--test_list": lists / "valid_test_list.txt",
        "--enhancer": "LinearNetV2",
        "--loss": "MSE",
        **{f"--{name}": value for name, value in changes.items()},
    }
    return [word for option in given.items() for word in option]


@pytest.mark.slow
def test_bad_input_is_one_line_and_leaves_no_net(run, mirrored):
    lists = mirrored / "lists"
    (lists / "wrong").write_text("train0 train0/x/0\ntrain0 train0/x/2 7\n")
    (lists / "missing").write_text("train0 train0/x/0\ntrain1 train1/x/99.npy\n")
    (lists / "lone").write_text("train0 train0/x/0\n")
    (mirrored / "lone.utt2spk").write_text("train0/x/0 train0\n")
    broken = read_npy_folder(mirrored / "emb")
    broken.vectors[0] = np.nan
    broken.save(mirrored / "broken")
    EmbeddingSet(broken.vectors[1:, :5], broken.utts[1:]).save(mirrored / "narrow")
    cases = [
        ({"train_list": lists / "wrong"}, "wrong:2: expected 2 columns `ID FILE`, got 3"),
        ({"train_list": lists / "missing"}, "missing: no embedding of 'train1/x/99.npy' (1 missing)"),
        ({"loss": "MyTriplet_CS"}, "train_normal_list.txt:1: expected 3 columns `ID FILE OTHER_ID`, got 2"),
        ({"loss": "Euclid"}, "unknown loss 'Euclid'; expected one of MSE, MAE, CS"),
        ({"enhancer": "LinearNetV9"}, "LinearNetV9"),
        ({"enhancer.activation": "GELU"}, "Got value: GELU"),
        ({"embeddings": mirrored / "broken"}, "the embedding of 'train0/x/0' is zero or not finite"),
        ({"valid_embeddings": mirrored / "narrow"}, "got training 8, validation 5, test list valid 5"),
        ({"valid_list": lists / "train_normal_list.txt"}, "6 speakers are in training and in validation"),
        (
            {"train_list": lists / "lone", "corpus": mirrored / "lone.utt2spk"},
            "training: expected a speaker with two or more embeddings, got none",
        ),
    ]
    for changes, message in cases:
        status, _, errors = run("enhance", "train", *bad(mirrored, **changes), "--out", mirrored / "out")
        assert (status, len(errors)) == (2, 1), errors
        assert message in errors[0]
        assert not (mirrored / "out" / "model.safetensors").exists()


@pytest.mark.slow
def test_a_net_of_sets_is_tested_on_models_of_several_lines(run, mirrored):
    lists = mirrored / "lists"
    options = ["--embeddings", mirrored / "emb", "--train_list", lists / "train_normal_list.txt"]
    options += ["--valid_embeddings", mirrored / "valid_set", "--valid_list", lists / "valid_normal_list.txt"]
    net = ["--enhancer", "SetTransformer", "--enhancer.width", 16, "--loss", "CS", "--training.max_epochs", 2]
    status, out, errors = run("enhance", "train", *options, *net, "--out", mirrored / "net")
    assert (status, errors) == (0, [])
    assert "valid EER" in out
    check = ["--enhancer", mirrored / "net", "--embeddings", mirrored / "valid_set", "--sizes", 2, 5]
    status, out, _ = run("enhance", "check_sets", *check, "--num_replicates", 10)
    assert (status, len(out.splitlines())) == (0, 2)


@pytest.mark.slow
def test_clean_embeddings_are_targets_without_labels(run, embeddings, tmp_path):
    clean = EmbeddingSet.load(embeddings / "train")
    for name, seed in (("loud", 0), ("hall", 1)):
        noise = np.random.default_rng(seed).normal(size=clean.vectors.shape).astype(np.float32)
        EmbeddingSet(clean.vectors + noise, clean.utts).save(tmp_path / "noisy" / name)
    options = ["--embeddings", tmp_path / "noisy", "--clean_embeddings", embeddings / "train"]
    valid = ["--valid_embeddings", embeddings / "test", "--valid_clean_embeddings", embeddings / "test"]
    net = ["--enhancer", "OneStepDiffusion", "--loss", "CS", "--training.max_epochs", 2]
    status, out, errors = run("enhance", "train", *options, *valid, *net, "--out", tmp_path / "net")
    assert (status, errors) == (0, [])
    assert "60 lines of unknown speakers" in out
    assert "VLoss" in (tmp_path / "net" / "scores.txt").read_text()
    status, _, errors = run("enhance", "train", *options, *net, "--loss", "DA", "--out", tmp_path / "net")
    assert status == 2
    assert "targets of single lines, the loss needs a distribution list" in errors[0]


@pytest.mark.slow
def test_an_adversary_has_its_domains_from_a_table(run, corpus, embeddings, tmp_path):
    utts = [line.split()[0] for line in (corpus / "utt2spk").read_text().splitlines()]
    (corpus / "utt2emotion").write_text("".join(f"{utt} {'ab'[int(utt[-1]) % 2]}\n" for utt in utts))
    options = ["--embeddings", embeddings / "test", "--corpus", corpus, "--domains", "utt2emotion"]
    loss = ["--loss", "AdversarialEnhancement", "--loss.towards", "Cosine", "--loss.weight", 0.5]
    status, _, errors = run("enhance", "train", *options, *loss, *SMALL, "--out", tmp_path / "net")
    assert (status, errors) == (0, [])
    status, _, errors = run("enhance", "train", *options[:4], *loss, *SMALL, "--out", tmp_path / "net")
    refusal = "kowairo: AdversarialEnhancement needs domains of the training items; name a table of them"
    assert (status, errors) == (2, [refusal])


@pytest.mark.slow
def test_a_folder_of_lists_is_enough(run, mirrored):
    base = ["--embeddings", mirrored / "emb", "--lists", mirrored / "lists", *SMALL]
    for loss in ("CS", "MyTriplet_CS", "DA"):
        status, out, errors = run("enhance", "train", *base, "--loss", loss, "--out", mirrored / loss)
        assert (status, errors) == (0, [])
        assert "valid EER" in out
    more = ["--test_list", mirrored / "lists" / "valid_test_list.txt", "--out", mirrored / "no"]
    status, _, errors = run("enhance", "train", *base, "--loss", "CS", *more)
    assert (status, errors) == (2, ["kowairo: --lists names all lists; give it, or each by itself"])
