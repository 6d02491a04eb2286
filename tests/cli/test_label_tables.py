import pytest

from kowairo.cli.label_tables import NO_AUDIO, read_labels
from kowairo.core import Corpus, InputError


def test_a_kaldi_folder_is_read_with_its_audio(corpus):
    assert read_labels(corpus) == Corpus.read(corpus)


def test_tables_without_audio_are_read_too(corpus):
    (corpus / "wav.scp").unlink()
    (corpus / "spk2gender").write_text("s0 f\n")
    tables = read_labels(corpus)
    assert len(tables.utt2spk) == 24
    assert set(tables.audio.values()) == {NO_AUDIO}
    assert tables.utt_tables.keys() == {"utt2dur"}
    assert tables.spk_tables == {"spk2gender": {"s0": "f"}}


def test_utt2spk_alone_is_enough(corpus):
    assert read_labels(corpus / "utt2spk").utt2spk == Corpus.read(corpus).utt2spk


def test_models_have_the_speaker_and_the_audio_of_their_utterances(corpus, tmp_path):
    (tmp_path / "spk2enroll").write_text("m s1-0 s1-1\n")
    tables = read_labels(corpus, spk2enroll=tmp_path / "spk2enroll")
    assert tables.utt2spk["m"] == "s1"
    assert tables.audio["m"] == tables.audio["s1-0"]


@pytest.mark.parametrize(
    ("line", "message"),
    [("m s1-0 s2-1", "model 'm' has utterances of 2 speakers"), ("m x", "no speaker of 'x' of model 'm'")],
)
def test_models_without_one_speaker_are_refused(corpus, tmp_path, line, message):
    (tmp_path / "spk2enroll").write_text(line + "\n")
    with pytest.raises(InputError, match=message):
        read_labels(corpus, spk2enroll=tmp_path / "spk2enroll")


def test_a_folder_without_speakers_is_refused(tmp_path):
    with pytest.raises(InputError, match="no utt2spk in it"):
        read_labels(tmp_path)


def test_tables_that_disagree_are_refused(corpus):
    (corpus / "wav.scp").unlink()
    (corpus / "utt2dur").write_text("nobody 1.0\n")
    with pytest.raises(InputError, match=f"{corpus}: utt2dur names 'nobody'"):
        read_labels(corpus)
