import numpy as np
import pytest
import soundfile

from kowairo.core import AudioRef, Corpus, InputError
from kowairo.data.noisy_copy import make_noisy_copy


@pytest.fixture
def corpus(tmp_path):
    audio, utt2spk = {}, {}
    for index in range(6):
        # 16 kHz, 0.5 to 1.5 s; ids as they occur: Japanese, slashes.
        utt = f"千早/line{index}"
        path = tmp_path / f"{index}.flac"
        speech = 0.05 * np.random.default_rng(index).standard_normal(9000 + 3000 * index)
        soundfile.write(path, speech, 16000)
        audio[utt], utt2spk[utt] = AudioRef(path), "千早"
    return Corpus(audio, utt2spk, {"text": dict.fromkeys(audio, "はい")}, {"spk2gender": {"千早": "f"}})


@pytest.fixture
def material(tmp_path):
    folder = tmp_path / "material"
    folder.mkdir()
    for kind in ("noise", "music"):
        noise = 0.1 * np.random.default_rng(len(kind)).standard_normal(10000)
        soundfile.write(folder / f"{kind}.flac", noise, 16000)
        (folder / f"{kind}.scp").write_text(f"{kind}1 {kind}.flac\n")
    return folder


def test_ids_speakers_and_tables_are_kept_and_the_copy_can_be_read(corpus, material, tmp_path):
    noisy = make_noisy_copy(corpus, tmp_path / "out", material=material, seed=0)
    assert noisy.utts == corpus.utts
    assert noisy.utt2spk == corpus.utt2spk
    assert noisy.utt_tables["text"] == corpus.utt_tables["text"]
    assert Corpus.read(tmp_path / "out") == noisy


def test_the_files_have_the_snr_that_the_table_says(corpus, material, tmp_path):
    noisy = make_noisy_copy(corpus, tmp_path / "out", material=material, seed=0)
    for utt in corpus.utts:
        speech, _ = soundfile.read(corpus.audio[utt].path)
        mixed, _ = soundfile.read(noisy.audio[utt].path)
        measured = 10 * np.log10(np.mean(speech**2) / np.mean((mixed - speech) ** 2))
        assert mixed.size == speech.size
        assert measured == pytest.approx(float(noisy.utt_tables["utt2snr"][utt]), abs=0.1)
        assert 0.0 <= measured <= 15.1


def test_the_copy_is_the_same_again_and_for_a_subset(corpus, material, tmp_path):
    whole = make_noisy_copy(corpus, tmp_path / "a", material=material, seed=5)
    some = make_noisy_copy(
        corpus.subset(corpus.utts[2:4]), tmp_path / "b", material=material, seed=5, threads=1
    )
    for utt in some.utts:
        assert some.audio[utt].path.read_bytes() == whole.audio[utt].path.read_bytes()


def test_another_seed_gives_other_noise(corpus, material, tmp_path):
    first, second = (
        make_noisy_copy(corpus, tmp_path / str(seed), material=material, seed=seed) for seed in (1, 2)
    )
    assert first.utt_tables["utt2snr"] != second.utt_tables["utt2snr"]


def test_both_kinds_are_used_unless_one_is_named(corpus, material, tmp_path):
    both = make_noisy_copy(corpus, tmp_path / "both", material=material, seed=0)
    music = make_noisy_copy(corpus, tmp_path / "music", material=material, seed=0, kinds=("music",))
    assert set(both.utt_tables["utt2noise"].values()) == {"noise1", "music1"}
    assert set(music.utt_tables["utt2noise"].values()) == {"music1"}


def test_material_without_the_kinds_is_refused(corpus, tmp_path):
    with pytest.raises(InputError, match=r"expected noise\.scp or music\.scp"):
        make_noisy_copy(corpus, tmp_path / "out", material=tmp_path, seed=0)


def test_a_room_keeps_length_and_level_and_noise_comes_after_it(corpus, material, tmp_path):
    response = np.zeros(4000)
    response[[0, 1600]] = 0.5, 0.25  # an echo after 0.1 s
    soundfile.write(material / "rir.flac", response, 16000)
    (material / "rir.scp").write_text("hall rir.flac\n")
    room = make_noisy_copy(corpus, tmp_path / "room", material=material, seed=0, kinds=("rir",))
    both = make_noisy_copy(corpus, tmp_path / "both", material=material, seed=0, kinds=("rir", "noise"))
    utt = corpus.utts[0]
    dry, wet = (soundfile.read(one.audio[utt].path)[0] for one in (corpus, room))
    echoed = dry + 0.5 * np.concatenate([np.zeros(1600), dry[:-1600]])
    assert wet == pytest.approx(echoed * np.std(dry) / np.std(echoed), abs=2e-3)
    assert "utt2noise" not in room.utt_tables
    noise = soundfile.read(both.audio[utt].path)[0] - wet
    measured = 10 * np.log10(np.mean(wet**2) / np.mean(noise**2))
    assert measured == pytest.approx(float(both.utt_tables["utt2snr"][utt]), abs=0.1)
