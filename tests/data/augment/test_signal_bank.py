import pickle

import numpy as np
import pytest
import soundfile

from kowairo.core import InputError
from kowairo.data.augment import SignalBank, pack_signals


@pytest.fixture
def table(tmp_path, noise_like):
    (tmp_path / "雨 音").mkdir()
    soundfile.write(tmp_path / "雨 音" / "rain.flac", noise_like(20000), 16000)
    soundfile.write(tmp_path / "tap.wav", noise_like(6000, seed=1), 8000)
    (tmp_path / "noise.scp").write_text("rain 雨 音/rain.flac\ntap tap.wav\n", encoding="utf-8")
    return tmp_path / "noise.scp"


def test_a_table_is_decoded_to_16_bits_at_16_khz(table, noise_like):
    bank = SignalBank.open(table)
    assert bank.names == ["rain", "tap"]
    assert bank.signal(0).dtype == np.int16
    np.testing.assert_allclose(bank.signal(0) / 32768.0, noise_like(20000), atol=1.0 / 32768)
    assert bank.signal(1).size == 12000


def test_a_packed_table_gives_the_same_samples(table):
    decoded = SignalBank.open(table)
    pack_signals(table)
    (table.parent / "tap.wav").unlink()  # what is packed is not decoded again
    packed = SignalBank.open(table)
    assert packed.names == decoded.names
    assert all(np.array_equal(packed.signal(i), decoded.signal(i)) for i in range(2))


def test_a_changed_table_is_not_served_from_the_old_pack(table):
    pack_signals(table)
    table.write_text("tap tap.wav\n", encoding="utf-8")
    assert SignalBank.open(table).names == ["tap"]


def test_a_truncated_pack_is_not_used(table):
    pack_signals(table)
    samples = table.with_name("noise.scp.i16")
    samples.write_bytes(samples.read_bytes()[:100])
    assert SignalBank.open(table).signal(0).size == 20000


def test_packing_again_leaves_a_current_pack_alone(table):
    pack_signals(table)
    before = table.with_name("noise.scp.i16").stat().st_mtime_ns
    pack_signals(table)
    assert table.with_name("noise.scp.i16").stat().st_mtime_ns == before


def test_a_pickle_of_a_packed_bank_holds_only_its_path(table):
    pack_signals(table)
    packed = SignalBank.open(table)
    dumped = pickle.dumps(packed)
    assert len(dumped) < 2000
    assert np.array_equal(pickle.loads(dumped).signal(0), packed.signal(0))


def test_a_pickle_of_a_bank_in_memory_holds_the_samples(bank):
    copy = pickle.loads(pickle.dumps(bank))
    assert copy.names == bank.names
    assert np.array_equal(copy.signal(2), bank.signal(2))


def test_an_excerpt_is_a_stretch_of_the_recording(bank):
    excerpt = bank.excerpt(0, num_samples=1000, rng=np.random.default_rng(0))
    whole = bank.signal(0).astype(np.float32) / 32768
    starts = np.flatnonzero(whole == excerpt[0])
    assert any(np.array_equal(whole[start : start + 1000], excerpt) for start in starts)


def test_excerpts_start_anywhere_the_last_possible_place_included():
    bank = SignalBank({"ramp": np.arange(5, dtype=np.float32) / 32768})
    rng = np.random.default_rng(0)
    firsts = {round(float(bank.excerpt(0, num_samples=3, rng=rng)[0]) * 32768) for _ in range(50)}
    assert firsts == {0, 1, 2}


def test_a_short_recording_is_repeated():
    bank = SignalBank({"ramp": np.arange(1, 4, dtype=np.float32) / 32768})
    excerpt = bank.excerpt(0, num_samples=8, rng=np.random.default_rng(0)) * 32768
    steps = np.diff(excerpt)
    assert excerpt.size == 8
    assert set(steps.tolist()) == {1.0, -2.0}


def test_a_missing_file_is_named(tmp_path):
    (tmp_path / "noise.scp").write_text("gone gone.flac\n")
    with pytest.raises(InputError, match=r"gone\.flac"):
        SignalBank.open(tmp_path / "noise.scp")


@pytest.mark.parametrize("signal", [np.zeros((2, 5)), np.zeros(0)])
def test_a_recording_must_be_samples_over_time(signal):
    with pytest.raises(InputError, match="expected samples"):
        SignalBank({"x": signal.astype(np.float32)})
