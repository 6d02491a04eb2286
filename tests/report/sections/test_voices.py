from kowairo.report.figures import confusable_pairs, line_map, similarity_matrix
from kowairo.report.sections.voices import map_section, pairs_section, play_button


def test_the_legend_has_a_chip_per_character_in_the_order_of_the_traces(embeddings, corpus):
    drawing = line_map(embeddings, corpus)
    section = map_section([drawing], corpus, playable=drawing.utts[:3])
    chips = [section.body.index(f'data-character="{number}"') for number in range(6)]
    assert chips == sorted(chips)
    assert len(section.plots["map"].data) == 6


def test_maps_of_several_encoders_share_the_legend(embeddings, corpus):
    drawings = [line_map(embeddings, corpus, title=name) for name in ("one", "<two>")]
    section = map_section(drawings, corpus, playable=[])
    assert list(section.plots) == ["map", "map-2"]
    assert section.body.count('class="legend"') == 1
    assert "<h3>&lt;two&gt;</h3>" in section.body


def test_pairs_have_a_player_for_each_line_with_a_clip(embeddings, corpus):
    pairs = confusable_pairs(embeddings, corpus, count=2)
    similarity = similarity_matrix(embeddings, corpus)
    section = pairs_section(pairs, similarity, corpus, playable=[pairs[0].first_line])
    assert section.body.count('class="play"') >= 1
    assert "Actors" in section.body


def test_no_pairs_no_section(embeddings, corpus):
    assert pairs_section([], similarity_matrix(embeddings, corpus), corpus, playable=[]) is None


def test_play_buttons_escape_ids_and_names():
    button = play_button(['a"<b'], '"<i>')
    assert "<b" not in button.removeprefix("<button")
    assert "<i>" not in button
