import numpy as np
import pytest
import soundfile

from kowairo.core import AudioRef, Corpus, EmbeddingSet, Trials, read_json, write_trials
from kowairo.inference import EmbeddingStatistics
from kowairo.inference.score_meaning import ScoreMeaning
from kowairo.models import build_encoder, save_checkpoint
from kowairo.models.card import update_card
from kowairo.testing.tones import tone_voice

CONFIG = {"class_path": "kowairo.models.MfccStatistics", "init_args": {}}


@pytest.fixture
def encoder(tmp_path):
    card = {"licence": "x"}
    save_checkpoint(build_encoder(CONFIG), tmp_path / "encoder", config=CONFIG, card=card)
    return tmp_path / "encoder"


def spoken(folder, *, seed, letter="s"):
    """Corpus of ten tone voices in so much noise that they are mixed up, and all pairs as trials."""
    rng, utt2spk, audio = np.random.default_rng(seed), {}, {}
    folder.mkdir(exist_ok=True)
    for speaker in range(10):
        for line in range(6):
            utt = f"{letter}{speaker}-{line}"
            voice = tone_voice(100 * seed + speaker, 0.6, rng)
            noise = np.convolve(rng.standard_normal(len(voice)), rng.standard_normal(4), mode="same")
            soundfile.write(folder / f"{utt}.wav", 0.05 * voice + 0.02 * noise, 16000)
            utt2spk[utt], audio[utt] = f"{letter}{speaker}", AudioRef(folder / f"{utt}.wav")
    Corpus(audio, utt2spk).write(folder)
    pairs = [(a, b) for a in utt2spk for b in utt2spk if a < b]
    target = np.array([utt2spk[a] == utt2spk[b] for a, b in pairs])
    write_trials(folder / "trials", Trials([a for a, _ in pairs], [b for _, b in pairs], target))
    return folder


@pytest.fixture(scope="module")
def development(tmp_path_factory):
    return spoken(tmp_path_factory.mktemp("dev"), seed=0)


def test_the_card_gets_ratios_and_thresholds(run, encoder, development):
    words = ["--encoder", encoder, "--corpus", development, "--num_replicates", "20"]
    status, out, _ = run("models", "calibrate", *words)
    assert status == 0
    assert out.startswith("eer: threshold ")
    assert "far_0.001: not supported by this many trials" in out
    card = read_json(encoder / "card.json")
    assert card["licence"] == "x"
    assert card["calibration"]["num_speakers"] == 10
    assert ScoreMeaning.of_card(card).llr(1.0) > ScoreMeaning.of_card(card).llr(0.0)


def test_the_promise_is_checked_on_other_speakers(run, encoder, development, tmp_path):
    other = spoken(tmp_path / "other", seed=1, letter="x")
    words = ["--encoder", encoder, "--corpus", development, "--num_replicates", "20"]
    status, out, _ = run("models", "calibrate", *words, "--check_corpus", other)
    assert status == 0
    assert "; on other/trials: FAR " in out.splitlines()[0]
    assert read_json(encoder / "card.json")["checked"]["trials"] == "other/trials"


def test_a_promise_of_older_thresholds_does_not_stay_in_the_card(run, encoder, development, tmp_path):
    update_card(encoder, {"checked": {"trials": "other/trials"}})
    words = ["--encoder", encoder, "--corpus", development, "--num_replicates", "5"]
    status, out, _ = run("models", "calibrate", *words)
    assert (status, "; on " in out) == (0, False)
    assert read_json(encoder / "card.json")["checked"] is None


def test_embeddings_are_kept_where_that_is_asked_for(run, encoder, development, tmp_path):
    words = ["--encoder", encoder, "--corpus", development, "--num_replicates", "5"]
    assert run("models", "calibrate", *words, "--work", tmp_path / "w")[0] == 0
    assert len(EmbeddingSet.load(tmp_path / "w" / "development")) == 60


def test_the_distance_from_many_voices_is_known_afterwards(run, encoder, tmp_path):
    vectors = np.random.default_rng(0).standard_normal((60, 46)).astype(np.float32)
    EmbeddingSet(vectors, [f"u{i}" for i in range(60)], {}).save(tmp_path / "e")
    words = ["--encoder", encoder, "--background", tmp_path / "e"]
    assert run("models", "calibrate", *words)[0] == 0
    assert EmbeddingStatistics.load(encoder).limit > 0.0


def test_without_anything_to_measure_on_it_says_so(run, encoder):
    status, _, errors = run("models", "calibrate", "--encoder", encoder)
    message = "kowairo: models calibrate needs --corpus DIR or --background DIR"
    assert (status, errors) == (2, [message])
