import numpy as np
import pytest

from kowairo.cli.plotted_voices import VoiceSource, read_voices
from kowairo.core import EmbeddingSet, InputError


def test_a_folder_is_embedded_and_what_cannot_be_used_is_counted(voices, tiny):
    drawn = read_voices(VoiceSource(folder=voices / "known", encoders=[str(tiny)]), max_lines=100)
    assert drawn.left_out == {"silent": 1}
    assert sorted(drawn.corpus.spk_tables["spk2name"].values()) == ["O'Hara", "Zoë", "葵"]
    assert [len(one) for one in drawn.models.values()] == [12]


def test_no_more_lines_are_embedded_than_are_drawn(voices, tiny):
    drawn = read_voices(VoiceSource(folder=voices / "known", encoders=[str(tiny)]), max_lines=3)
    assert sorted(drawn.corpus.speakers) == sorted(set(drawn.corpus.utt2spk.values()))
    assert len(drawn.corpus.utts) + sum(drawn.left_out.values()) == 3


def test_several_encoders_have_the_same_lines_under_their_labels(corpus, trained, tiny):
    source = VoiceSource(corpus=corpus, encoders=[str(trained), str(tiny)], labels=["one", "two"])
    drawn = read_voices(source, max_lines=8)
    one, two = drawn.models["one"], drawn.models["two"]
    assert one.utts == two.utts == drawn.corpus.utts
    assert one.dim != two.dim


def test_sets_are_cut_to_the_lines_that_all_have(corpus, embeddings, tmp_path):
    whole = EmbeddingSet.load(embeddings / "test")
    whole.subset(whole.utts[3:]).save(tmp_path / "part")
    source = VoiceSource(corpus=corpus / "utt2spk", embeddings=[embeddings / "test", tmp_path / "part"])
    drawn = read_voices(source, max_lines=100)
    assert list(drawn.models) == ["test", "part"]
    assert {len(one) for one in drawn.models.values()} == {21}


def test_references_of_a_gallery_keep_their_files(place, voices):
    drawn = read_voices(VoiceSource(gallery=str(place)), max_lines=100)
    assert {ref.path.parent.name for ref in drawn.corpus.audio.values()} == {"葵", "Zoë", "O'Hara"}
    few = read_voices(VoiceSource(gallery=str(place), voices=["葵"]), max_lines=2)
    assert few.corpus.speakers == ["葵"]
    assert len(few.corpus.utts) == 2


def test_some_characters_can_be_named_as_people_write_them(voices, tiny):
    source = VoiceSource(folder=voices / "known", encoders=[str(tiny)], voices=["O'Hara"])
    assert set(read_voices(source, max_lines=9).corpus.spk_tables["spk2name"].values()) == {"O'Hara"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "expected one of --folder DIR, --corpus DIR and --gallery PLACE"),
        ({"folder": "a", "gallery": "b"}, "expected one of"),
        ({"folder": "a", "embeddings": ["x"]}, "--embeddings needs --corpus"),
        ({"gallery": "a", "encoders": ["base"]}, "leave the encoder out"),
        ({"folder": "a", "encoders": ["x", "y"], "labels": ["one"]}, "a label for each of 2 encoders, got 1"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        VoiceSource(**options)


def test_what_is_not_there_is_named(voices, tiny, place, corpus, embeddings):
    with pytest.raises(InputError, match="no character 'Nobody' there"):
        read_voices(VoiceSource(folder=voices / "known", voices=["Nobody"]), max_lines=9)
    with pytest.raises(InputError, match="no voice 'Nobody' in the gallery"):
        read_voices(VoiceSource(gallery=str(place), voices=["Nobody"]), max_lines=9)
    with pytest.raises(InputError, match="one line and worker or more"):
        read_voices(VoiceSource(gallery=str(place)), max_lines=0)
    with pytest.raises(InputError, match="has none of the"):
        read_voices(VoiceSource(corpus=corpus, embeddings=[embeddings / "train"]), max_lines=9)


def test_lines_that_are_all_unusable_are_an_error(tmp_path, tiny):
    import soundfile

    (tmp_path / "silent" / "a").mkdir(parents=True)
    soundfile.write(tmp_path / "silent" / "a" / "0.wav", np.zeros(16000), 16000)
    source = VoiceSource(folder=tmp_path / "silent", encoders=[str(tiny)])
    with pytest.raises(InputError, match="none of 1 lines can be used: silent 1"):
        read_voices(source, max_lines=9)
