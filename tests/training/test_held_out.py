"""Tests of what fine-tuning measures on."""

from pathlib import Path

import pytest

from kowairo.core import AudioRef, Corpus, InputError
from kowairo.training.held_out import hold_out, hold_out_lines


def corpus_of(speakers, lines, **tables):
    utt2spk = {f"s{s:02d}-{line:02d}": f"s{s:02d}" for s in range(speakers) for line in range(lines)}
    return Corpus({utt: AudioRef(Path(f"{utt}.wav")) for utt in utt2spk}, utt2spk, {}, tables)


def speakers_of(corpus, utts):
    return {corpus.utt2spk[utt] for utt in utts}


def test_sixty_speakers_give_nine_unseen_ones_in_two_halves():
    corpus = corpus_of(60, 30)
    held = hold_out(corpus, fraction=0.15, max_lines=20, seed=0)
    train, choose, report = (speakers_of(corpus, u) for u in (held.train, held.choose, held.report))
    assert (len(train), len(choose), len(report)) == (51, 4, 5)
    assert not train & choose
    assert not train & report
    assert not choose & report
    assert (held.kind, held.remark) == ("speakers", "")
    assert len(held.report) == 5 * 20
    assert len(held.train) == 51 * 30


def test_of_twenty_speakers_five_are_chosen_and_reported_on_and_that_is_said():
    corpus = corpus_of(20, 10)
    held = hold_out(corpus, fraction=0.15, max_lines=20, seed=0)
    assert held.choose == held.report
    assert len(speakers_of(corpus, held.report)) == 5
    assert "chosen on the same 5 speakers" in held.remark


def test_of_few_speakers_lines_are_held_out_and_that_is_said():
    corpus = corpus_of(6, 20)
    held = hold_out(corpus, fraction=0.2, max_lines=20, seed=0)
    # A fifth of 20 lines are 4: two to choose on and two to report on, of every speaker.
    assert (len(held.choose), len(held.report), len(held.train)) == (12, 12, 96)
    assert sorted([*held.choose, *held.report, *held.train]) == corpus.utts
    assert held.kind == "lines"
    assert "unseen speakers have more errors" in held.remark


def test_of_few_lines_the_same_are_chosen_and_reported_on():
    corpus = corpus_of(3, 5)
    held = hold_out_lines(corpus, fraction=0.15, seed=0)
    assert held.choose == held.report
    assert (len(held.report), len(held.train)) == (6, 9)
    assert "same lines" in held.remark


def test_characters_of_one_actor_stay_on_one_side():
    actors = {f"s{s:02d}": f"actor{s // 2}" for s in range(40)}
    corpus = corpus_of(40, 8, spk2va=actors)
    for seed in range(10):
        held = hold_out(corpus, fraction=0.25, max_lines=20, seed=seed)
        train, *held_out = (
            {actors[s] for s in speakers_of(corpus, u)} for u in (held.train, held.choose, held.report)
        )
        assert [side & train for side in held_out] == [set(), set()]
        assert held_out[0] & held_out[1] == set()


def test_equal_seeds_hold_out_equal_speakers():
    corpus = corpus_of(30, 6)
    first, second, other = (hold_out(corpus, fraction=0.2, max_lines=5, seed=seed) for seed in (1, 1, 2))
    assert first == second
    assert first.report != other.report


def test_speakers_of_less_than_four_lines_are_trained_on_and_not_measured():
    big, small = corpus_of(30, 6), corpus_of(40, 2)
    corpus = Corpus({**small.audio, **big.audio}, {**small.utt2spk, **big.utt2spk})
    held = hold_out(corpus, fraction=0.2, max_lines=5, seed=0)
    assert all(len(corpus.spk2utt[speaker]) == 6 for speaker in speakers_of(corpus, held.report))


def test_one_voice_is_refused():
    with pytest.raises(InputError, match="one speaker only"):
        hold_out(corpus_of(1, 20), fraction=0.15, max_lines=20, seed=0)


def test_too_few_lines_are_refused():
    with pytest.raises(InputError, match="0 speakers have 4 usable lines or more; it takes two"):
        hold_out(corpus_of(5, 3), fraction=0.15, max_lines=20, seed=0)
