import numpy as np
import pytest
import soundfile

from kowairo.core import AudioRef, Corpus, InputError, read_wav_scp
from kowairo.data.augment import default_augmentation
from kowairo.data.material import prepare_material


def names(out, part, kind):
    return set(read_wav_scp(out / part / f"{kind}.scp"))


def digest_of(folder):
    return {p.relative_to(folder): p.read_bytes() for p in sorted(folder.rglob("*.flac"))}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("augment")
    counts = prepare_material(out, num_rooms=0, num_noises=10, num_music=5, made_s=2.0, seed=1)
    return out, counts


@pytest.fixture
def noise_folder(tmp_path, noise):
    folder = tmp_path / "given noise"
    for kind in ("noise", "rir"):
        (folder / kind).mkdir(parents=True)
        rows = []
        for index in range(6):
            soundfile.write(folder / kind / f"音 {index}.flac", noise(4000, index), 16000)
            rows.append(f"{kind}{'abcdef'[index]} {kind}/音 {index}.flac\n")
        (folder / f"{kind}.scp").write_text("".join(rows), encoding="utf-8")
    return folder


@pytest.fixture
def noise():
    return lambda size, seed: (0.1 * np.random.default_rng(seed).standard_normal(size)).astype(np.float32)


def test_without_a_folder_noise_and_music_are_made(made):
    out, counts = made
    assert counts == {"train/noise": 9, "test/noise": 1, "train/music": 4, "test/music": 1}
    assert {name.split("_")[1] for name in names(out, "train", "noise")} >= {"rain", "fan", "clicks"}


def test_the_parts_share_nothing(made):
    out, _ = made
    for kind in ("noise", "music"):
        assert not names(out, "train", kind) & names(out, "test", kind)


def test_tables_come_packed_and_make_an_augmentation(made):
    out, _ = made
    assert (out / "train" / "noise.scp.i16").is_file()
    speech = np.full(1000, 0.1, dtype=np.float32)
    assert default_augmentation(out / "train")(speech, rng=np.random.default_rng(0)).shape == (1000,)


def test_equal_seeds_make_equal_files(made, tmp_path):
    out, _ = made
    prepare_material(tmp_path, num_rooms=0, num_noises=10, num_music=5, made_s=2.0, seed=1)
    assert digest_of(tmp_path) == digest_of(out)


def test_given_kinds_are_used_and_missing_ones_made(noise_folder, tmp_path):
    counts = prepare_material(
        tmp_path / "out", noise_folder=noise_folder, num_rooms=0, num_music=5, made_s=1.0
    )
    assert counts["train/noise"] + counts["test/noise"] == 6
    assert counts["train/rir"] + counts["test/rir"] == 6
    assert counts["train/music"] == 4
    given = next(iter(read_wav_scp(tmp_path / "out" / "train" / "noise.scp").values()))
    assert given.path.is_file()
    assert given.path.is_relative_to(noise_folder)


def test_simulated_rooms_join_the_given_ones(noise_folder, tmp_path):
    pytest.importorskip("pyroomacoustics")
    prepare_material(tmp_path / "out", noise_folder=noise_folder, num_rooms=2, num_music=1)
    rooms = names(tmp_path / "out", "train", "rir") | names(tmp_path / "out", "test", "rir")
    assert len(rooms) == 8
    assert "room_001" in rooms


def test_talkers_are_lines_whose_speakers_are_split(noise, tmp_path):
    audio, utt2spk = {}, {}
    for index in range(40):
        utt, speaker = f"u{index:02d}", f"s{index % 10}"
        soundfile.write(tmp_path / f"{utt}.wav", noise(9000, index), 16000)
        audio[utt], utt2spk[utt] = AudioRef(tmp_path / f"{utt}.wav"), speaker
    speech = Corpus(audio, utt2spk)
    prepare_material(
        tmp_path / "out", speech=speech, num_talkers=30, num_rooms=0, num_noises=2, num_music=2, made_s=1.0
    )
    train, test = (names(tmp_path / "out", part, "speech") for part in ("train", "test"))
    assert len(train) + len(test) == 30
    assert not {utt2spk[utt] for utt in train} & {utt2spk[utt] for utt in test}


def test_a_table_of_an_earlier_run_does_not_survive(noise_folder, tmp_path):
    prepare_material(tmp_path / "out", noise_folder=noise_folder, num_rooms=0, num_music=2, made_s=1.0)
    counts = prepare_material(tmp_path / "out", num_rooms=0, num_noises=2, num_music=2, made_s=1.0)
    assert "train/rir" not in counts
    assert not list((tmp_path / "out").glob("*/rir.scp*"))


def test_a_folder_without_tables_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"expected noise\.scp, music\.scp or rir\.scp"):
        prepare_material(tmp_path / "out", noise_folder=tmp_path, num_rooms=0)


def test_a_given_response_named_like_a_simulated_room_is_refused(noise_folder, tmp_path):
    pytest.importorskip("pyroomacoustics")
    (noise_folder / "rir.scp").write_text("room_000 rir/音 0.flac\n", encoding="utf-8")
    with pytest.raises(InputError, match="'room_000'"):
        prepare_material(tmp_path / "out", noise_folder=noise_folder, num_rooms=1, num_music=1)


def test_a_broken_file_of_the_folder_is_named(noise_folder, tmp_path):
    (noise_folder / "noise" / "音 3.flac").write_text("not audio")
    with pytest.raises(InputError, match=r"音 3\.flac"):
        prepare_material(tmp_path / "out", noise_folder=noise_folder, num_rooms=0, num_music=1)


@pytest.mark.slow
def test_the_public_set_is_split_as_the_committed_list_says(data_dir, tmp_path):
    counts = prepare_material(tmp_path, noise_folder=data_dir / "noise", num_rooms=0)
    assert counts == {
        "train/noise": 40,
        "test/noise": 10,
        "train/music": 16,
        "test/music": 4,
        "train/rir": 52,
        "test/rir": 13,
    }
    speech = np.random.default_rng(0).standard_normal(32000).astype(np.float32) * np.float32(0.1)
    augment = default_augmentation(tmp_path / "train", probability=1.0)
    assert all(np.isfinite(augment(speech, rng=np.random.default_rng(i))).all() for i in range(50))
