import numpy as np
import pytest
import soundfile

from kowairo.cli.main import main
from kowairo.core import AudioRef, Corpus, EmbeddingSet, Trials, write_trials


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
