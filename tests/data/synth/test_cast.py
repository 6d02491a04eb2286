from collections import Counter

import pytest

from kowairo.core import InputError
from kowairo.data.synth.cast import SEQUEL, make_cast


def test_the_cast_has_the_size_that_was_asked_for():
    cast = make_cast(64, seed=0)

    assert len(cast.characters) == 64
    assert len({person.speaker for person in cast.characters}) == 64


def test_every_actor_voices_two_or_three_characters():
    cast = make_cast(64, seed=0)
    voices = {person.voice_id: person.actor for person in cast.characters}

    assert set(Counter(voices.values()).values()) <= {2, 3}


def test_one_character_is_back_in_the_sequel_with_the_same_voice():
    cast = make_cast(64, seed=0)
    first, back = cast.characters[0], cast.characters[-1]

    assert (back.name, back.voice, back.voice_id, back.actor) == (
        first.name, first.voice, first.voice_id, first.actor,
    )  # fmt: skip
    assert back.title == SEQUEL != first.title
    assert max(Counter(person.voice_id for person in cast.characters).values()) == 2


def test_the_returning_character_stays_on_the_training_side():
    cast = make_cast(64, seed=0)

    assert cast.characters[0].must_train
    assert cast.characters[-1].must_train


def test_an_actor_is_bound_to_training_as_a_whole():
    cast = make_cast(64, seed=0)
    bound = {person.actor for person in cast.characters if person.must_train}
    free = {person.actor for person in cast.characters if not person.must_train}

    assert not bound & free
    assert len(bound) == 4


def test_titles_share_actors():
    cast = make_cast(64, seed=0)
    titles = {title: {p.actor for p in cast.characters if p.title == title} for title in cast.titles}

    assert len(cast.titles) == 5
    assert all(any(a & b for name, b in titles.items() if name != title) for title, a in titles.items())


def test_names_are_unique_but_for_the_returning_character():
    names = Counter(person.name for person in make_cast(200, seed=0).characters)

    assert sorted(names.values())[-2:] == [1, 2]


def test_another_seed_gives_other_voices():
    assert make_cast(12, seed=0).characters[0].voice != make_cast(12, seed=1).characters[0].voice


def test_a_cast_that_is_too_small_is_refused():
    with pytest.raises(InputError, match="at least 8 characters, got 7"):
        make_cast(7, seed=0)
