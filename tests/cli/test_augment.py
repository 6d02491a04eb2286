import pytest

from kowairo.core import Corpus, read_wav_scp

SMALL = ["--num_rooms", 2, "--num_noises", 5, "--num_music", 2, "--num_talkers", 4]


@pytest.mark.slow
def test_material_has_two_parts_and_noise_is_added_to_a_copy(run, corpus, tmp_path):
    options = ["--out", tmp_path / "m", "--speech", corpus, *SMALL]
    assert run("augment", "material", *options)[0] == 0
    parts = [set(read_wav_scp(tmp_path / "m" / part / "noise.scp")) for part in ("train", "test")]
    assert parts[0].isdisjoint(parts[1])
    copy = ["--corpus", corpus, "--material", tmp_path / "m" / "test", "--out", tmp_path / "noisy"]
    assert run("augment", "copy", *copy, "--snr_db", "[5, 10]")[0] == 0
    noisy = Corpus.read(tmp_path / "noisy")
    assert noisy.utts == Corpus.read(corpus).utts
    assert all(5 <= float(snr) <= 10 for snr in noisy.utt_tables["utt2snr"].values())


def test_a_copy_without_material_is_refused(run, corpus, tmp_path):
    (tmp_path / "m").mkdir()
    options = ["--corpus", corpus, "--material", tmp_path / "m", "--out", tmp_path / "noisy"]
    status, _, errors = run("augment", "copy", *options)
    assert (status, len(errors)) == (2, 1)
