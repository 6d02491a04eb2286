"""`kowairo corpus relabel`."""

from kowairo.core import AudioRef, Corpus, read_trials


def write_corpus(folder, actors):
    speakers = [f"c{n}" for n in range(6)]
    utts = {f"{speaker}-{n}": speaker for speaker in speakers for n in range(3)}
    audio = {utt: AudioRef(folder / f"{utt}.wav") for utt in utts}
    tables = {"spk2va": actors} if actors else {}
    Corpus(audio, utts, spk_tables=tables).write(folder)


def test_actors_become_the_speakers_and_get_trials_across_characters(run, tmp_path):
    actors = {"c0": "ann", "c1": "ann", "c2": "bob", "c3": "bob", "c4": "bob"}
    write_corpus(tmp_path / "test", actors)
    status, output, _ = run("corpus", "relabel", "--corpus", tmp_path / "test", "--out", tmp_path / "actors")
    assert status == 0
    assert output.splitlines() == [
        f"{tmp_path / 'actors'}: 15 lines of 2 speakers",
        "left out: 3 lines of 1 speakers without spk2va, the first being c5",
    ]
    assert run("trials", "make", "--corpus", tmp_path / "actors")[0] == 0
    character = Corpus.read(tmp_path / "actors").utt_tables["utt2character"]
    trials = read_trials(tmp_path / "actors" / "trials_cross_character")
    for enroll, test, target in trials:
        assert character[enroll] != character[test]
        assert target == (actors[character[enroll]] == actors[character[test]])


def test_a_corpus_without_actors_is_one_line_and_status_two(run, tmp_path):
    write_corpus(tmp_path / "test", {})
    status, _, errors = run("corpus", "relabel", "--corpus", tmp_path / "test", "--out", tmp_path / "actors")
    assert status == 2
    assert errors == [f"kowairo: {tmp_path / 'test'}: no spk2va among the tables over speakers: none"]
    assert not (tmp_path / "actors").exists()
