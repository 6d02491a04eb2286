import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.data.synth.lines import NONVERBAL, TEMPLATES, WORDS, draw_sentences, num_sentences, pick


def test_the_grammar_has_thousands_of_sentences():
    assert num_sentences() > 5000


def test_drawn_sentences_are_all_different():
    sentences = draw_sentences(600, rng=np.random.default_rng(0))

    assert len(sentences) == len(set(sentences)) == 600


def test_no_slot_is_left_open():
    assert not any("{" in sentence for sentence in draw_sentences(100, rng=np.random.default_rng(0)))


def test_equal_seeds_draw_equal_sentences():
    first, second = (draw_sentences(30, rng=np.random.default_rng(4)) for _ in range(2))

    assert first == second


def test_patterns_take_turns():
    sentences = draw_sentences(len(TEMPLATES), rng=np.random.default_rng(0))

    assert sum(sentence.endswith("って本当？") for sentence in sentences) == 1


def test_more_sentences_than_the_grammar_has_are_refused():
    with pytest.raises(InputError, match="the grammar has"):
        draw_sentences(num_sentences() + 1, rng=np.random.default_rng(0))


def test_pick_reaches_every_word():
    rng = np.random.default_rng(0)

    assert {pick(WORDS["weather"], rng=rng) for _ in range(200)} == set(WORDS["weather"])


def test_non_verbal_lines_hold_no_kanji():
    assert all(ord(letter) < 0x3100 for texts in NONVERBAL.values() for text in texts for letter in text)
