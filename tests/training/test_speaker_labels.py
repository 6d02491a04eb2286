import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowairo.core import Corpus, CorpusTables, InputError
from kowairo.training.speaker_labels import SpeakerLabels, check_merge_map

UTT2SPK = st.dictionaries(st.text("abc", min_size=1, max_size=4), st.sampled_from(["x", "y", "z", "-"]))


def as_dict(labels):
    return dict(zip(labels.utts, labels.speakers(), strict=True))


@given(UTT2SPK, st.sampled_from([{}, {"x": "y"}, {"x": "new", "z": "new"}]))
def test_merging_renames_as_a_dictionary_is_renamed(utt2spk, merges):
    merged = SpeakerLabels.of(utt2spk).merged(merges)
    assert as_dict(merged) == {utt: merges.get(speaker, speaker) for utt, speaker in utt2spk.items()}


@given(UTT2SPK, st.sampled_from([None, 1, 2]))
def test_the_largest_speakers_are_those_of_most_lines_and_then_of_smaller_ids(utt2spk, count):
    speakers = [speaker for speaker in utt2spk.values() if speaker != "-"]
    ranked = sorted(set(speakers), key=lambda speaker: (-speakers.count(speaker), speaker))
    labels = SpeakerLabels.of(utt2spk)
    assert labels.largest(count) == set(ranked[:count])
    kept = labels.of_speakers({"x", "-"})
    assert as_dict(kept) == {utt: speaker for utt, speaker in utt2spk.items() if speaker in ("x", "-")}


def test_labels_of_a_folder_are_those_of_its_corpus(data_folder):
    corpus = Corpus.read(data_folder / "train")
    assert as_dict(SpeakerLabels.of_tables(CorpusTables(data_folder / "train"))) == corpus.utt2spk


def test_merged_speakers_count_together():
    assert SpeakerLabels.of({"1": "a", "2": "b", "3": "c"}).merged({"c": "a"}).largest(1) == {"a"}


def test_a_chain_of_aliases_is_refused():
    with pytest.raises(InputError, match="both an alias and the target"):
        check_merge_map({"a": "b", "b": "c"})
