import copy
import warnings

import pytest
import torch

from kowairo.core import InputError
from kowairo.models import (
    OnnxEncoder,
    ResNet34,
    export_onnx,
    load_encoder,
    save_checkpoint,
    wespeaker_fbank,
)
from kowairo.testing.encoder import TinyEncoder, check_encoder

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


@pytest.fixture(scope="module")
def tiny():
    return TinyEncoder().eval()


@pytest.fixture(scope="module")
def waveform_file(tiny, tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "tiny.onnx"
    export_onnx(tiny, path)
    return path


@pytest.fixture(scope="module")
def small_resnet():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return ResNet34(channels=4, num_blocks=(1, 1, 1, 1), embedding_dim=12).eval()


@pytest.fixture(scope="module")
def fbank_file(small_resnet, tmp_path_factory):
    """As WeSpeaker exports: features in, no front end."""
    path = tmp_path_factory.mktemp("onnx") / "resnet.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter by tracing is deprecated
        torch.onnx.export(
            small_resnet.backbone,
            (torch.zeros(1, 200, 80),),
            str(path),
            input_names=["feats"],
            output_names=["embs"],
            dynamo=False,
            dynamic_axes={"feats": {0: "B", 1: "T"}},
        )
    return path


def cosine(left, right):
    return torch.cosine_similarity(left, right).min().item()


def test_a_file_that_takes_a_waveform_gives_the_encoders_embeddings(tiny, waveform_file, noise):
    encoder = OnnxEncoder(waveform_file)
    assert (encoder.input, encoder.embedding_dim) == ("waveform", 16)
    with torch.no_grad():
        assert cosine(encoder(noise(3, 9000)), tiny(noise(3, 9000))) > 0.9999


def test_the_least_length_is_what_the_file_says(tiny, waveform_file):
    assert OnnxEncoder(waveform_file).min_samples == tiny.min_samples
    assert OnnxEncoder(waveform_file, min_samples=5000).min_samples == 5000


def test_a_file_that_takes_features_gets_those_of_wespeaker(small_resnet, fbank_file, noise):
    encoder = OnnxEncoder(fbank_file)
    assert (encoder.input, encoder.embedding_dim) == ("fbank", 12)
    assert encoder.min_samples == wespeaker_fbank().min_samples(10)
    with torch.no_grad():
        assert cosine(encoder(noise(2, 16000)), small_resnet(noise(2, 16000))) > 0.9999


def test_it_keeps_the_contract_of_encoders(waveform_file):
    check_encoder(OnnxEncoder(waveform_file))


@pytest.mark.parametrize("kind", ["waveform", "fbank"])
def test_a_checkpoint_folder_holds_the_file_itself(waveform_file, fbank_file, tmp_path, noise, kind):
    encoder = OnnxEncoder(waveform_file if kind == "waveform" else fbank_file)
    save_checkpoint(encoder, tmp_path / "checkpoint", config=encoder.config())
    loaded = load_encoder(tmp_path / "checkpoint")
    assert torch.equal(loaded(noise(1, 16000)), encoder(noise(1, 16000)))
    assert loaded.embedding_dim == encoder.embedding_dim


def test_another_front_end_goes_into_the_configuration(fbank_file):
    front_end = {"class_path": "kowairo.models.KaldiFbank", "init_args": {}}
    config = OnnxEncoder(fbank_file, min_samples=3000).config(front_end)
    assert config["init_args"]["front_end"] == front_end
    assert config["init_args"]["min_samples"] == 3000


def test_a_copy_opens_the_file_anew(waveform_file, noise):
    encoder = OnnxEncoder(waveform_file)
    assert torch.equal(copy.deepcopy(encoder)(noise(1, 9000)), encoder(noise(1, 9000)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input": "text"}, '"waveform" or "fbank"'),
        ({"input": "fbank"}, "has 2 axes, which is waveform, not fbank"),
        ({"front_end": wespeaker_fbank()}, "its own front end"),
        ({"num_bytes": 3}, "takes a path, or num_bytes"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(waveform_file, options, message):
    with pytest.raises(InputError, match=message):
        OnnxEncoder(waveform_file, **options)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"absent\.onnx: no such file"):
        OnnxEncoder(tmp_path / "absent.onnx")


def test_neither_file_nor_state_is_refused():
    with pytest.raises(InputError, match="takes a path, or num_bytes"):
        OnnxEncoder()
