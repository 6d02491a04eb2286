import numpy as np
import pytest
import soundfile
import torch

from kowairo.cli.main import main
from kowairo.core import (
    AudioRef,
    Corpus,
    EmbeddingSet,
    Scores,
    Speaker,
    TrainingOverlap,
    TrainingRecord,
    Trials,
    write_scores,
    write_trials,
)
from kowairo.core.training_overlap import OVERLAP_NAME, RECORD_KEY
from kowairo.data import audio_hashes
from kowairo.models import build_encoder, save_checkpoint

TINY = {
    "class_path": "kowairo.models.EcapaGroupNorm",
    "init_args": {
        "channels": [8, 8, 8, 8, 16],
        "attention_channels": 4,
        "se_channels": 4,
        "embedding_dim": 8,
        "num_groups": 2,
        "res2net_scale": 2,
    },
}
"""An encoder of a few thousand weights."""


@pytest.fixture
def run(capsys, monkeypatch):
    """Call the command in this process: exit status, standard output, lines of standard error."""
    monkeypatch.setattr("sys.excepthook", None)
    monkeypatch.setattr("kowairo.cli.main.configure_logging", lambda level: None)

    def call(*arguments):
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err.splitlines()

    return call


@pytest.fixture
def corpus(tmp_path):
    """Kaldi folder of four speakers with six lines of noise each, and trials."""
    rng = np.random.default_rng(0)
    utts = {f"s{speaker}-{line}": f"s{speaker}" for speaker in range(4) for line in range(6)}
    folder = tmp_path / "corpus"
    folder.mkdir()
    for utt in utts:
        soundfile.write(folder / f"{utt}.wav", 0.1 * rng.standard_normal(9600), 16000, subtype="PCM_16")
    audio = {utt: AudioRef(folder / f"{utt}.wav") for utt in utts}
    Corpus(audio, utts, {"utt2dur": dict.fromkeys(utts, "0.600")}).write(folder)
    pairs = [(a, b) for a in utts for b in utts if a < b]
    write_trials(
        folder / "trials",
        Trials(
            [a for a, _ in pairs], [b for _, b in pairs], np.array([utts[a] == utts[b] for a, b in pairs])
        ),
    )
    return folder


@pytest.fixture
def trained(tmp_path, corpus):
    """Checkpoint folder of an encoder that was trained on the line s0-0 and on the speaker s3."""
    hashes = audio_hashes(Corpus.read(corpus).audio["s0-0"])
    record = TrainingRecord.build([hashes], [Speaker("", "s3")])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        encoder = build_encoder(TINY)
    save_checkpoint(encoder, tmp_path / "trained", config=TINY, record=record)
    return tmp_path / "trained"


@pytest.fixture
def embeddings(tmp_path, corpus):
    """Folder of embedding sets whose speakers are well apart: `test`, and `train` of other speakers."""
    rng = np.random.default_rng(1)
    tables = Corpus.read(corpus)
    folder = tmp_path / "embeddings"
    centres = {speaker: rng.standard_normal(8) for speaker in tables.speakers}
    vectors = [centres[tables.utt2spk[utt]] + 0.4 * rng.standard_normal(8) for utt in tables.utts]
    EmbeddingSet(np.array(vectors, dtype=np.float32), tables.utts, {}).save(folder / "test")
    others = [f"other-{row}" for row in range(20)]
    EmbeddingSet(rng.standard_normal((20, 8)).astype(np.float32), others, {}).save(folder / "train")
    cohort = {utt: f"o{row // 2}" for row, utt in enumerate(others)}
    Corpus({utt: AudioRef(corpus / "none.wav") for utt in others}, cohort).write(tmp_path / "cohort")
    return folder


@pytest.fixture
def trained_on():
    """Say of a set that its encoder was trained on some lines."""

    def call(folder, *utts):
        whole = EmbeddingSet.load(folder)
        EmbeddingSet(whole.vectors.copy(), whole.utts, {RECORD_KEY: {}}).save(folder)
        TrainingOverlap(frozenset(utts), {}).write(folder / OVERLAP_NAME)

    return call


@pytest.fixture
def lists(tmp_path):
    """Folders `dev` and `eval` of different speakers, each with trials, scores of two systems and tables."""
    folder = tmp_path / "lists"
    for side, seed in (("dev", 0), ("eval", 1)):
        rng = np.random.default_rng(seed)
        utts = {
            f"{side}{speaker:02d}-{line}": f"{side}{speaker:02d}"
            for speaker in range(24)
            for line in range(4)
        }
        pairs = [(a, b) for a in utts for b in utts if a < b and (utts[a] == utts[b] or rng.random() < 0.1)]
        target = np.array([utts[a] == utts[b] for a, b in pairs])
        enroll, test = [a for a, _ in pairs], [b for _, b in pairs]
        (folder / side).mkdir(parents=True)
        write_trials(folder / side / "trials", Trials(enroll, test, target))
        (folder / side / "utt2spk").write_text("".join(f"{utt} {speaker}\n" for utt, speaker in utts.items()))
        (folder / side / "utt2dur").write_text(
            "".join(f"{utt} {1 + row % 5}\n" for row, utt in enumerate(utts))
        )
        for name, distance in (("weak", 1.5), ("strong", 3.0)):
            values = 10 + distance * target + rng.standard_normal(len(pairs))
            write_scores(folder / side / name, Scores(enroll, test, values))
    return folder


def voice_like(voice, line):
    """A second of pulses at a pitch of the voice, with pauses."""
    rng = np.random.default_rng(100 * voice + line)
    time = np.arange(16000) / 16000
    tone = sum(np.sin(2 * np.pi * (110 + 60 * voice) * k * time + k) / k for k in range(1, 9))
    gate = (np.sin(2 * np.pi * 3 * time + line) > -0.5).astype(float)
    return (0.1 * tone * gate + 0.001 * rng.standard_normal(len(time))).astype(np.float32)


@pytest.fixture(scope="session")
def voices(tmp_path_factory):
    """Folder per character, four lines each, one silent file; and lines of nobody."""
    root = tmp_path_factory.mktemp("voices")
    for voice, name in enumerate(("葵", "Zoë", "O'Hara")):
        (root / "known" / name).mkdir(parents=True)
        for line in range(4):
            soundfile.write(root / "known" / name / f"{line}.wav", voice_like(voice, line), 16000)
        soundfile.write(root / f"{voice}.wav", voice_like(voice, 9), 16000)
    soundfile.write(root / "known" / "葵" / "silent.wav", np.zeros(16000), 16000)
    return root


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """Checkpoint folder of statistics of cepstra, which need no training."""
    from kowairo.models import build_encoder, save_checkpoint

    config = {"class_path": "kowairo.models.MfccStatistics"}
    folder = tmp_path_factory.mktemp("encoder") / "tiny"
    save_checkpoint(build_encoder(config), folder, config=config)
    return folder


@pytest.fixture
def place(tmp_path, run, voices, tiny):
    """A gallery of the three voices."""
    folder = tmp_path / "gallery"
    status, _, errors = run(
        "gallery", "enroll", "--gallery", folder, "--folder", voices / "known", "--encoder", tiny
    )
    assert (status, errors) == (0, [])
    return folder


@pytest.fixture
def gallery(run, place):
    """Run `kowairo gallery WORD --gallery PLACE ...`."""
    return lambda word, *options: run("gallery", word, "--gallery", place, *options)
