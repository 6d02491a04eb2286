import pytest
import torch

from kowairo.core import InputError, file_digest
from kowairo.models import (
    CamPlusPlus,
    EcapaBatchNorm,
    EcapaGroupNorm,
    Ge2eLstm,
    ResNet34,
    export_onnx,
    load_encoder,
    read_card,
)
from kowairo.models.foreign import foreign_file, import_foreign, open_foreign
from kowairo.testing.encoder import TinyEncoder

_CHANNELS = (16, 16, 16, 16, 32)


def saved(encoder, path, *, prefix=""):
    """The backbone of an encoder with running statistics that are not the initial ones."""
    for name, value in encoder.named_buffers():
        if name.endswith("running_var"):
            value.uniform_(0.5, 1.5)
    torch.save({prefix + key: value for key, value in encoder.backbone.state_dict().items()}, path)
    return encoder.eval()


@pytest.fixture(autouse=True)
def seeded():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


@pytest.mark.parametrize(
    "make",
    [
        lambda: EcapaGroupNorm(channels=(32, 32, 32, 32, 64)),
        lambda: ResNet34(channels=4, num_blocks=(1, 1, 1, 1), embedding_dim=9),
        pytest.param(
            lambda: CamPlusPlus(embedding_dim=12, growth_channels=4, first_channels=8), marks=pytest.mark.slow
        ),
    ],
    ids=["anime", "wespeaker_resnet34", "3d_speaker_campplus"],
)
def test_a_published_file_gives_its_encoder(tmp_path, make, noise):
    encoder = saved(make(), tmp_path / "avg_model.pt", prefix="module.")
    opened = open_foreign(tmp_path / "avg_model.pt").encoder
    with torch.no_grad():
        torch.testing.assert_close(opened(noise(2, 16000)), encoder(noise(2, 16000)))


def test_a_folder_of_speechbrain_gives_its_ecapa(tmp_path, noise):
    encoder = saved(EcapaBatchNorm(channels=_CHANNELS), tmp_path / "embedding_model.ckpt")
    (tmp_path / "hyperparams.yaml").write_text("x: !apply:os.system [touch executed]\n", encoding="utf-8")
    opened = open_foreign(tmp_path)
    with torch.no_grad():
        torch.testing.assert_close(opened.encoder(noise(2, 16000)), encoder(noise(2, 16000)))
    assert opened.file == tmp_path / "embedding_model.ckpt"


def test_speechbrains_own_weights_give_its_own_embeddings(
    tmp_path, speechbrain_ecapa, speechbrain_module, noise
):
    network = speechbrain_ecapa(channels=_CHANNELS, num_groups=None)
    torch.save(network.state_dict(), tmp_path / "embedding_model.ckpt")
    fbank = speechbrain_module("lobes.features").Fbank(n_mels=80)
    with torch.no_grad():
        features = fbank(noise(1, 20000))
        expected = network(features - features.mean(dim=1, keepdim=True)).squeeze(1)
        ours = open_foreign(tmp_path).encoder(noise(1, 20000))
    assert torch.cosine_similarity(ours, expected).item() > 0.9999


def test_resemblyzers_file_gives_its_encoder(tmp_path):
    state = Ge2eLstm().backbone.state_dict()
    torch.save({"model_state": dict(state)}, tmp_path / "pretrained.pt")
    opened = open_foreign(tmp_path / "pretrained.pt").encoder
    assert torch.equal(opened.backbone["linear"].bias, state["linear.bias"])


def test_an_onnx_file_gives_an_encoder(tmp_path, noise):
    pytest.importorskip("onnxruntime")
    tiny = TinyEncoder().eval()
    export_onnx(tiny, tmp_path / "tiny.onnx")
    opened = open_foreign(tmp_path / "tiny.onnx").encoder
    with torch.no_grad():
        assert torch.cosine_similarity(opened(noise(1, 9000)), tiny(noise(1, 9000))).item() > 0.9999


def test_an_imported_encoder_is_a_checkpoint_folder(tmp_path, noise):
    encoder = saved(ResNet34(channels=4, num_blocks=(1, 1, 1, 1)), tmp_path / "avg_model.pt")
    import_foreign(tmp_path / "avg_model.pt", tmp_path / "checkpoint")
    loaded = load_encoder(tmp_path / "checkpoint")
    with torch.no_grad():
        torch.testing.assert_close(loaded(noise(1, 16000)), encoder(noise(1, 16000)))
    card = read_card(tmp_path / "checkpoint")
    assert card["sha256"] == file_digest(tmp_path / "avg_model.pt")


def test_an_unknown_network_is_refused_with_its_first_keys(tmp_path):
    torch.save({"encoder.layers.0": torch.zeros(1)}, tmp_path / "x.pt")
    with pytest.raises(InputError, match=r"not a network that is known here; its first keys are encoder\.la"):
        open_foreign(tmp_path / "x.pt")


def test_a_broken_file_is_named(tmp_path):
    (tmp_path / "x.pt").write_bytes(b"no tensors")
    with pytest.raises(InputError, match=r"x\.pt: not a file of plain tensors"):
        open_foreign(tmp_path / "x.pt")


@pytest.mark.parametrize("name", ["absent.pt", "text.txt", "folder"])
def test_what_is_no_file_of_weights_is_refused(tmp_path, name):
    (tmp_path / "text.txt").write_text("x", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    assert foreign_file(tmp_path / name) is None
    with pytest.raises(InputError, match=r"expected a file of weights \(\.onnx, \.pt, \.pth, \.ckpt\)"):
        open_foreign(tmp_path / name)


def test_our_own_checkpoint_folder_is_not_foreign(tmp_path):
    (tmp_path / "config.yaml").write_text("", encoding="utf-8")
    (tmp_path / "embedding_model.ckpt").write_bytes(b"")
    assert foreign_file(tmp_path) is None
