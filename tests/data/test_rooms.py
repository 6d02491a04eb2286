import builtins

import numpy as np
import pytest
import soundfile

from kowairo.core import InputError, read_table, read_wav_scp
from kowairo.data.augment import Reverb, direct_sound_index
from kowairo.data.rooms import draw_room, sabine_absorption, simulate_rooms
from kowairo.testing.augmentation import check_augmentation


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    pytest.importorskip("pyroomacoustics")
    out = tmp_path_factory.mktemp("rooms")
    simulate_rooms(out, num_rooms=6, seed=3, rt60_s=(0.15, 0.4))
    return out


def responses(folder):
    return {name: soundfile.read(ref.path)[0] for name, ref in read_wav_scp(folder / "rir.scp").items()}


def test_responses_are_16_khz_and_at_most_half_a_second(rooms):
    for ref in read_wav_scp(rooms / "rir.scp").values():
        info = soundfile.info(ref.path)
        assert (info.samplerate, info.channels) == (16000, 1)
        assert 800 < info.frames <= 8000


def test_responses_have_unit_energy(rooms):
    for response in responses(rooms).values():
        assert np.sum(response**2) == pytest.approx(1.0, abs=1e-3)


def test_responses_start_at_the_direct_sound(rooms):
    for response in responses(rooms).values():
        # Two samples: the pulse lies between samples. No reflection is as early: walls are 0.4 m away.
        assert np.abs(response[:3]).max() > 0.05
        assert direct_sound_index(response[:16]) <= 2


def test_responses_decay_as_fast_as_the_reverberation_time_says(rooms):
    times = read_table(rooms / "rir2rt60")
    for name, response in responses(rooms).items():
        # Schroeder's backward integration; slope between -5 and -20 dB, extrapolated to -60.
        decay_db = 10.0 * np.log10(np.cumsum(response[::-1] ** 2)[::-1] / np.sum(response**2) + 1e-12)
        first, last = np.argmax(decay_db < -5.0), np.argmax(decay_db < -20.0)
        measured_s = (last - first) / 16000 * 60.0 / 15.0
        # Sabine assumes a diffuse field, which a small shoebox is not.
        assert 0.4 < measured_s / float(times[name]) < 1.8


def test_equal_seeds_give_equal_files_and_a_prefix_is_the_same_rooms(rooms, tmp_path):
    simulate_rooms(tmp_path / "again", num_rooms=2, seed=3, rt60_s=(0.15, 0.4))
    for name in ("room_000.flac", "room_001.flac"):
        assert (tmp_path / "again" / name).read_bytes() == (rooms / name).read_bytes()


def test_rooms_differ(rooms):
    first, second, *_ = responses(rooms).values()
    assert not np.array_equal(first[:800], second[:800])


def test_simulated_rooms_make_a_reverb(rooms):
    check_augmentation(Reverb(rooms / "rir.scp"), lengths=(1, 8000))


def test_simulating_leaves_the_settings_of_the_library_alone(tmp_path):
    acoustics = pytest.importorskip("pyroomacoustics")
    before = acoustics.constants.get("num_threads")
    simulate_rooms(tmp_path, num_rooms=1, rt60_s=(0.15, 0.2))
    assert acoustics.constants.get("num_threads") == before


def test_sabine_by_hand():
    # V = 60, S = 2 (20 + 12 + 15) = 94, 24 ln 10 / 343 = 0.16111: 0.16111 * 60 / 94 / 0.5 = 0.2057.
    assert sabine_absorption(np.array([5.0, 4.0, 3.0]), rt60_s=0.5) == pytest.approx(0.2057, abs=1e-4)


@pytest.mark.parametrize("seed", range(20))
def test_drawn_rooms_can_be_built(seed):
    room = draw_room(rng=np.random.default_rng(seed), rt60_s=(0.15, 0.7))
    assert all(0.0 < a <= 0.95 for a in room.absorption)
    for position in (room.source_m, room.microphone_m):
        assert all(0.0 < p < side for p, side in zip(position, room.size_m, strict=True))
    assert 0.3 <= np.linalg.norm(np.subtract(room.source_m, room.microphone_m)) <= 3.0


def test_without_the_library_the_error_says_what_to_install(tmp_path, monkeypatch):
    real_import = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name == "pyroomacoustics":
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(InputError, match=r"pip install 'kowairo-data\[rooms\]'"):
        simulate_rooms(tmp_path, num_rooms=1)


@pytest.mark.parametrize(("num_rooms", "rt60_s"), [(0, (0.2, 0.3)), (1, (0.05, 0.3)), (1, (0.5, 0.3))])
def test_impossible_arguments_are_refused(tmp_path, num_rooms, rt60_s):
    with pytest.raises(InputError, match="expected"):
        simulate_rooms(tmp_path, num_rooms=num_rooms, rt60_s=rt60_s)
