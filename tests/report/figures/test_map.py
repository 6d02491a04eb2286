import numpy as np

from kowairo.report.figures.map import (
    hover_text,
    line_map,
    map_matplotlib,
    map_plotly,
    marker_styles,
    spread_over_speakers,
)


def test_characters_of_one_actor_share_the_symbol_and_differ_in_colour():
    styles = marker_styles(["a", "b", "c"], {"a": "x", "b": "x", "c": "y"})
    assert styles["a"].symbol == styles["b"].symbol != styles["c"].symbol
    assert styles["a"].color != styles["b"].color


def test_fifty_characters_without_actors_all_look_different():
    styles = marker_styles([f"s{n:02}" for n in range(50)], {})
    assert len({(style.color, style.symbol.plotly) for style in styles.values()}) == 50


def test_lines_are_chosen_in_turns_of_the_speakers():
    chosen = spread_over_speakers(
        {"a": ["a1", "a2", "a3", "a4"], "b": ["b1"], "c": ["c1", "c2"]}, maximum=5, seed=1
    )
    assert sorted(utt[0] for utt in chosen) == ["a", "a", "b", "c", "c"]


def test_the_map_is_the_same_for_the_same_seed(embeddings, corpus):
    first, second = (line_map(embeddings, corpus, max_lines=20, seed=4) for _ in range(2))
    np.testing.assert_array_equal(first.positions, second.positions)
    assert first.positions.shape == (20, 2)


def test_hover_tells_the_line_and_is_escaped(corpus):
    text = hover_text("c005-001", corpus)
    assert "emotion: whisper" in text
    assert "actor: actor 2" in text
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_a_point_carries_its_utterance_and_lines_without_clip_are_pale(embeddings, corpus):
    drawing = line_map(embeddings, corpus)
    trace = map_plotly(drawing, playable=[drawing.utts[0]]).data[0]
    assert drawing.utts[0] in trace.customdata
    assert sorted(set(trace.marker.opacity)) == [0.45, 0.95]


def test_the_png_has_a_group_of_points_per_character(embeddings, corpus):
    assert len(map_matplotlib(line_map(embeddings, corpus)).axes[0].collections) == 6


def test_several_encoders_stand_side_by_side_with_one_legend(embeddings, corpus):
    drawings = [line_map(embeddings, corpus, title=name) for name in ("one", "two", "three", "four")]
    figure = map_matplotlib(*drawings)
    titles = [axis.get_title() for axis in figure.axes if axis.get_title()]
    assert [title.partition(" ")[0] for title in titles] == ["one", "two", "three", "four"]
    assert len(figure.legends) == 1


def test_a_heading_has_the_share_of_right_neighbours(embeddings, corpus):
    drawing = line_map(embeddings, corpus, title="base")
    assert map_matplotlib(drawing).axes[0].get_title() == f"base · {drawing.agreement:.1%}"
    alone = line_map(embeddings, corpus.subset(["c000-000"]), title="base")
    assert map_matplotlib(alone).axes[0].get_title() == "base"


def test_names_are_those_of_the_corpus(embeddings, corpus):
    assert "七海" in "".join(line_map(embeddings, corpus).names.values())
