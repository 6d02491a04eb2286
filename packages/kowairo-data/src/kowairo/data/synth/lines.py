"""The script: Japanese lines from a small grammar, and vowel strings for what is not speech.

The sentences were written for this corpus. No line belongs to a character: who says what is drawn by chance,
so words and sounds say nothing about the speaker.
"""

from collections.abc import Mapping, Sequence
from math import prod
from string import Formatter

import numpy as np

from kowairo.core import InputError
from kowairo.data.synth.acting import Kind

WORDS: Mapping[str, Sequence[str]] = {
    "when": ("昨日", "今朝", "放課後", "来週", "さっき", "夏休み", "日曜日", "真夜中", "明日", "おととい"),
    "where": ("図書室", "駅前", "屋上", "神社", "海岸", "商店街", "部室", "灯台", "喫茶店", "川沿い"),
    "who": ("先生", "妹", "部長", "隣の子", "父さん", "委員長", "店長", "先輩", "おばあちゃん", "あの人"),
    "thing": ("手紙", "鍵", "写真", "赤い傘", "楽譜", "お弁当", "地図", "双眼鏡", "日記", "ギター"),
    "food": ("焼きそば", "りんご飴", "味噌汁", "プリン", "鯛焼き", "おにぎり", "カレー", "桜餅"),
    "weather": ("雨", "雪", "台風", "夕立", "嵐", "霧"),
    "found": ("見つけた", "忘れてきた", "落とした", "渡された", "隠しておいた", "借りた"),
    "did": ("待ってた", "泣いてた", "歌ってた", "眠ってた", "走ってた", "笑ってた"),
    "feel": ("嬉しい", "悔しい", "怖い", "寂しい", "恥ずかしい", "懐かしい"),
    "end": ("んだ", "のよ", "らしい", "みたいだね", "と思う", "はずだ"),
}
"""Word lists of the grammar."""

TEMPLATES: tuple[str, ...] = (
    "{where}で{thing}を{found}{end}。",
    "{who}は{where}で{did}{end}。",
    "{who}が{thing}を{found}って本当？",
    "{when}は{who}と{where}へ行こう。",
    "{where}の{food}、{who}も食べる？",
    "なぜ{who}が{where}で{did}の？",
    "{thing}を{found}のが{feel}んだ。",
    "{when}の{weather}で{where}は大変だ。",
    "{weather}の日は{where}で{food}だ。",
    "{who}の{food}、{feel}味がする。",
    "{thing}は{who}に内緒だぞ。",
    "{when}の声、あれは{who}だった{end}。",
)
"""Sentence patterns; a name in braces is replaced by a word of that list."""

NONVERBAL: Mapping[Kind, Sequence[str]] = {
    "laugh": ("あはははははは", "うふふふふふ", "えへへへへへ"),
    "sob": ("うう、うああ、うう", "ひっ、ひっ、ううう", "ああ、うう、ああ"),
    "breath": ("はあ、はあ、はああ", "ふう、ふうう、はあ", "ほお、ほうう、はあ"),
    "groan": ("ううう、ああああ", "おおお、ううう", "ええ、あああ、うう"),
}
"""Vowel strings that the source voice speaks for each kind of non-verbal line."""


def num_sentences() -> int:
    """Count the sentences of the grammar."""
    return sum(_sizes())


def draw_sentences(count: int, *, rng: np.random.Generator) -> list[str]:
    """Draw different sentences of the grammar.

    Args:
        count: how many.
        rng: source of randomness.

    Returns:
        ``count`` sentences, no two equal; the patterns take turns, so that they are equally frequent.

    Raises:
        InputError: the grammar has fewer sentences.
    """
    if count > num_sentences():
        raise InputError(f"asked for {count} sentences, the grammar has {num_sentences()}")
    drawn: dict[str, None] = {}
    attempt = 0
    while len(drawn) < count:
        drawn[_fill(TEMPLATES[attempt % len(TEMPLATES)], rng=rng)] = None
        attempt += 1
    return list(drawn)


def pick(words: Sequence[str], *, rng: np.random.Generator) -> str:
    """Draw one of several strings, all equally likely."""
    return words[int(rng.integers(len(words)))]


def _slots(template: str) -> list[str]:
    """Names in braces, in order."""
    return [name for _, name, _, _ in Formatter().parse(template) if name]


def _sizes() -> list[int]:
    """Number of sentences of each pattern."""
    return [prod(len(WORDS[name]) for name in _slots(template)) for template in TEMPLATES]


def _fill(template: str, *, rng: np.random.Generator) -> str:
    """Put a random word in every slot."""
    return template.format(**{name: pick(WORDS[name], rng=rng) for name in _slots(template)})
