import numpy as np
import pytest

from kowairo.cli.enhance_sources import ItemSource, TrialSource
from kowairo.core import InputError


def test_without_a_list_all_lines_that_the_corpus_knows_are_taken(corpus, embeddings, tmp_path):
    items = ItemSource(embeddings / "train", tmp_path / "cohort").items("normal", seed=0)
    assert len(items.rows) == 20
    assert items.names == tuple(sorted(f"o{row}" for row in range(10)))


def test_sessions_are_a_table_of_the_corpus(corpus, embeddings):
    utts = [line.split()[0] for line in (corpus / "utt2spk").read_text().splitlines()]
    (corpus / "utt2title").write_text("".join(f"{utt} t{int(utt[-1]) % 2}\n" for utt in utts))
    items = ItemSource(embeddings / "test", corpus, sessions="utt2title").items("distribution", seed=0)
    titles = np.array([int(utt[-1]) % 2 for utt in items.embeddings.utts])[items.rows]
    assert ((titles[0::2] == titles[1::2]) == items.same_session).all()
    with pytest.raises(InputError, match=r"corpus: no table utt2mood; it has utt2dur, utt2title"):
        ItemSource(embeddings / "test", corpus, sessions="utt2mood").items("distribution", seed=0)


def test_pairs_without_sessions_are_refused_with_the_corpus(corpus, embeddings):
    with pytest.raises(InputError, match=r"corpus: pairs of one session and of two need sessions"):
        ItemSource(embeddings / "test", corpus).items("distribution", seed=0)


def test_listed_files_are_taken_once(embeddings, tmp_path):
    source = ItemSource(embeddings / "test", None, tmp_path / "list")
    assert source.embeddings_of(["s1-0.wav", "s0-1", "s1-0"]).utts == ["s1-0", "s0-1"]
    with pytest.raises(InputError, match=r"list: no embedding of 'x'"):
        source.embeddings_of(["x"])


def test_trials_know_their_speakers_where_there_is_a_table(corpus, embeddings):
    trials = corpus / "trials"
    assert TrialSource("valid", trials, embeddings / "test", corpus).open().speakers == {
        "s0",
        "s1",
        "s2",
        "s3",
    }
    assert TrialSource("valid", trials, embeddings / "test").open().speakers == set()
