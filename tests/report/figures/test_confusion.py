import numpy as np
import pytest

from kowairo.core import AudioRef, Corpus, EmbeddingSet
from kowairo.report.figures.confusion import (
    confusable_pairs,
    similarity_matplotlib,
    similarity_matrix,
    similarity_plotly,
)


@pytest.fixture
def voices():
    utt2spk = {"a1": "a", "a2": "a", "b1": "b", "b2": "b", "c1": "c"}
    corpus = Corpus(
        {utt: AudioRef("x.wav") for utt in utt2spk}, utt2spk, {}, {"spk2va": {"a": "v", "b": "v"}}
    )
    vectors = np.array([[1, 0], [0.9, 0.1], [0.8, 0.6], [0.9, 0.5], [-1, 0.2]], dtype=np.float32)
    return EmbeddingSet(vectors, list(utt2spk), {}), corpus


def test_the_most_similar_pair_comes_first_with_its_nearest_lines(voices):
    first, *rest = confusable_pairs(*voices)
    assert (first.first, first.second, first.first_line, first.second_line) == ("a", "b", "a2", "b2")
    assert len(rest) == 2


def test_similarity_is_the_cosine_of_the_mean_directions(voices):
    embeddings, _ = voices
    unit = embeddings.vectors / np.linalg.norm(embeddings.vectors, axis=1, keepdims=True)
    a, b = unit[:2].mean(axis=0), unit[2:4].mean(axis=0)
    expected = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    assert confusable_pairs(*voices)[0].similarity == pytest.approx(expected, abs=1e-6)


def test_actors_are_compared_only_where_known(voices):
    by_pair = {(pair.first, pair.second): pair.same_actor for pair in confusable_pairs(*voices)}
    assert by_pair == {("a", "b"): True, ("a", "c"): None, ("b", "c"): None}


def test_the_matrix_keeps_the_most_confusable_and_hides_the_diagonal(voices):
    similarity = similarity_matrix(*voices, max_speakers=2)
    assert sorted(similarity.speakers) == ["a", "b"]
    assert np.isnan(np.diag(similarity.matrix)).all()


def test_one_character_has_no_pairs(voices):
    embeddings, corpus = voices
    alone = corpus.subset(["c1"])
    assert confusable_pairs(embeddings, alone) == []
    assert np.isnan(similarity_matrix(embeddings, alone).matrix).all()


def test_page_and_png_share_their_numbers(voices):
    similarity = similarity_matrix(*voices)
    drawn = similarity_matplotlib(similarity).axes[0].images[0].get_array()
    np.testing.assert_allclose(
        similarity_plotly(similarity, title_of={}).data[0].z, drawn.filled(np.nan), atol=1e-3
    )


def test_a_cell_plays_the_lines_of_both_characters(voices):
    similarity = similarity_matrix(*voices)
    cells = similarity_plotly(similarity, title_of={}).data[0].customdata
    assert [line[0] for line in similarity.lines] == similarity.speakers
    assert list(cells[0][2]) == [similarity.lines[0], similarity.lines[2]]


def test_long_names_are_cut_where_they_would_take_the_room_of_the_matrix(voices):
    figure = similarity_matplotlib(similarity_matrix(*voices), title_of={"a": "x" * 40, "b": "short"})
    names = {text.get_text() for text in figure.axes[0].get_xticklabels()}
    assert names == {"x" * 15 + "…", "short", "c"}


def test_the_tree_has_a_branch_less_than_characters(voices):
    similarity = similarity_matrix(*voices)
    assert similarity.branches.shape == (2, 4, 2)
    assert similarity.speakers.index("c") in (0, 2)
