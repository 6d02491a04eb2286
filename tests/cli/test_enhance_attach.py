import numpy as np
import pytest

from kowairo.core import EmbeddingSet, read_json
from kowairo.enhance import OneStepDiffusion, save_enhancer


@pytest.mark.slow
def test_the_two_together_give_what_they_give_one_after_the_other(run, corpus, trained, tmp_path):
    plain = ["--corpus", corpus, "--out"]
    assert run("embed", "--encoder", trained, *plain, tmp_path / "plain")[0] == 0
    dim = EmbeddingSet.load(tmp_path / "plain").dim
    net = OneStepDiffusion(dim, noise="content", num_layers=1)
    net.last.weight.data.normal_()
    save_enhancer(net, tmp_path / "net")
    status, out, errors = run(
        "enhance", "attach", "--encoder", trained, "--enhancer", tmp_path / "net", "--out", tmp_path / "both"
    )
    assert (status, errors) == (0, [])
    assert f"+ OneStepDiffusion, {dim} dimensions" in out
    assert run("embed", "--encoder", tmp_path / "both", *plain, tmp_path / "once")[0] == 0
    apply = ["--embeddings", tmp_path / "plain", "--enhancer", tmp_path / "net", "--out", tmp_path / "twice"]
    assert run("enhance", "apply", *apply)[0] == 0
    once, twice = (EmbeddingSet.load(tmp_path / name).vectors for name in ("once", "twice"))
    cosines = (once * twice).sum(axis=1) / np.linalg.norm(once, axis=1) / np.linalg.norm(twice, axis=1)
    assert cosines.min() >= 0.99999
    assert read_json(tmp_path / "both" / "card.json")["enhancer"] == "OneStepDiffusion"
    # Weights of the net alone need an encoder with a name.
    options = ["--encoder", trained, "--enhancer", tmp_path / "net", "--weights", "enhancer"]
    status, _, errors = run("enhance", "attach", *options, "--out", tmp_path / "net_alone")
    assert status == 2
    assert "expected the name of an encoder" in errors[-1]
    # The record of the encoder's training goes along.
    assert (tmp_path / "both" / "training_record.bin").is_file()
