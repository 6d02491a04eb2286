"""The cast: titles, voice actors and the characters that they voice."""

from dataclasses import dataclass, replace

import numpy as np

from kowairo.core import InputError
from kowairo.data.synth.channel import CODECS, Codec, Colour, draw_colour
from kowairo.data.synth.voices import Gender, Voice, draw_actor, draw_character

TITLES = ("shiokaze", "tsukiyo", "natsudori", "kirinoeki")
SEQUEL = "shiokaze2"
TRAINING_ACTORS = 4
"""Actors whose characters must stay on the training side: the planted errors are among them."""

VOICES_PER_ACTOR = 2.25
"""Mean number of characters of an actor."""

NAMES: dict[Gender, tuple[str, ...]] = {
    "f": (
        "アオイ", "イチカ", "ウタハ", "エリナ", "カスミ", "キョウコ", "コトネ", "サクラ", "シオリ", "スミレ",
        "チヒロ", "ツバキ", "トモエ", "ナギサ", "ノゾミ", "ハルカ", "ヒナタ", "フウカ", "ホノカ", "マドカ",
        "ミサキ", "メイ", "モモコ", "ユイ", "ヨシノ", "ランコ", "リツ", "ルリ", "レイカ", "ワカナ",
        "アカネ", "ヒトミ", "シズク", "タマキ", "ミオ", "サヨ", "ユズキ", "カンナ", "イズミ", "ネネ",
    ),
    "m": (
        "アキラ", "イツキ", "ウシオ", "エイジ", "カイト", "ケンゴ", "コウヘイ", "サトル", "シュン", "ソウタ",
        "タクミ", "チカラ", "ツカサ", "テツヤ", "トオル", "ナオキ", "ハヤト", "ヒロム", "フミヤ", "マサト",
        "ミナト", "ヤマト", "ユウジ", "ヨウスケ", "リョウ", "レン", "ワタル", "アラタ", "ジン", "ダイチ",
        "ゲンタ", "ゴロウ", "シンジ", "タケル", "ノボル", "ヒビキ", "マコト", "ムサシ", "ライタ", "ロクロウ",
    ),
}  # fmt: skip
"""Bare names of the characters."""


@dataclass(frozen=True)
class Title:
    """A visual novel: a name and a way of recording."""

    name: str
    """Identifier, also the start of its characters' identifiers."""
    colour: Colour
    """Channel colour of every line."""
    codec: Codec
    """Format of most lines."""


@dataclass(frozen=True)
class Character:
    """A speaker of the corpus: one character in one title."""

    speaker: str
    """Identifier of the speaker."""
    name: str
    """Bare name; the same in a sequel."""
    title: str
    """Name of the title."""
    actor: str
    """Identifier of the voice actor."""
    gender: Gender
    """Gender of the voice."""
    voice: Voice
    """The voice; equal for the two speakers that are one character."""
    voice_id: str
    """Identifier of the voice: the speaker identifier of the character's first appearance."""
    must_train: bool
    """True where the character must stay on the training side."""


@dataclass(frozen=True)
class Cast:
    """Everybody."""

    titles: dict[str, Title]
    """Titles by name; the last is the sequel of the first."""
    characters: tuple[Character, ...]
    """All speakers; the last is the one who is back in the sequel."""


def make_cast(characters: int, *, seed: int) -> Cast:
    """Cast the novel.

    Every actor voices two or three characters, spread over the titles by chance, so there are pairs of one
    actor and pairs of one title in any handful of actors. One character of the first title is back in the
    sequel under the same name, in another channel; its actor is one of the training actors.

    Args:
        characters: number of speakers, the returning one included; at least 8.
        seed: seed.

    Returns:
        The cast.

    Raises:
        InputError: there are fewer than 8 characters.
    """
    if characters < 8:
        raise InputError(f"a cast needs at least 8 characters, got {characters}")
    rng = np.random.default_rng([seed, 1])
    names = (*TITLES[: max(2, min(len(TITLES), characters // 8))], SEQUEL)
    titles = {name: Title(name, draw_colour(rng=rng), CODECS[rng.integers(len(CODECS))]) for name in names}
    places = _places(names, characters, rng=rng)
    actors = [_draw_actor(number, rng=rng) for number in range(max(3, round(len(places) / VOICES_PER_ACTOR)))]
    must_train = min(TRAINING_ACTORS, len(actors) // 4 + 1)
    cast = [
        _cast_character(number, title, actors[number % len(actors)], must_train, rng=rng)
        for number, title in enumerate(places)
    ]
    return Cast(titles, (*cast, replace(cast[0], speaker=f"{SEQUEL}_{0:03d}", title=SEQUEL)))


@dataclass(frozen=True)
class _Actor:
    """A voice actor."""

    number: int
    gender: Gender
    voice: Voice


def _places(names: tuple[str, ...], characters: int, *, rng: np.random.Generator) -> list[str]:
    """Title of every character but the returning one: shuffled, the first one is in the first title."""
    newcomers = max(1, characters // 12)
    *first, sequel = names
    places = [first[number % len(first)] for number in range(characters - 1 - newcomers)]
    others = [*places[1:], *[sequel] * newcomers]
    return [places[0], *(others[index] for index in rng.permutation(len(others)))]


def _draw_actor(number: int, *, rng: np.random.Generator) -> _Actor:
    """Women and men take turns."""
    gender: Gender = "f" if number % 2 == 0 else "m"
    return _Actor(number, gender, draw_actor(gender, rng=rng))


def _cast_character(
    number: int, title: str, actor: _Actor, must_train: int, *, rng: np.random.Generator
) -> Character:
    """Let an actor find a voice for a new character."""
    names = NAMES[actor.gender]
    again, index = divmod(number // 2, len(names))
    speaker = f"{title}_{number:03d}"
    return Character(
        speaker=speaker,
        name=names[index] + (str(again + 1) if again else ""),
        title=title,
        actor=f"actor_{actor.number:03d}",
        gender=actor.gender,
        voice=draw_character(actor.voice, rng=rng),
        voice_id=speaker,
        must_train=actor.number < must_train,
    )
