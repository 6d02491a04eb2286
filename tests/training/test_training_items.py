import tracemalloc

import hypothesis
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowairo.core import CorpusTables, InputError, write_json
from kowairo.data import AudioStore
from kowairo.training import AudioSource, StoredAudio, apply_merge_map
from kowairo.training.speaker_labels import SpeakerLabels
from kowairo.training.training_items import training_items

UTT2SPK = {"a1": "a", "b1": "b", "b2": "b", "c1": "c", "c2": "c", "c3": "c"}


class Listed(AudioSource):
    def __init__(self, utts):
        self.utts = utts

    def samples(self, utt):
        return np.zeros(1, np.int16)

    def __contains__(self, utt):
        return utt in self.utts


def test_labels_number_the_sorted_speakers():
    items = training_items(UTT2SPK, source=Listed(UTT2SPK))
    assert items.classes == ["a", "b", "c"]
    assert [items.classes[label] for label in items.labels] == [UTT2SPK[utt] for utt in items.utts]


def test_the_largest_speakers_are_kept():
    assert training_items(UTT2SPK, source=Listed(UTT2SPK), max_speakers=2).classes == ["b", "c"]


def test_speed_copies_are_new_classes():
    source = Listed([*UTT2SPK, *(f"{utt}|0.9" for utt in UTT2SPK)])
    items = training_items(UTT2SPK, source=source, speeds=(1.0, 0.9))
    assert items.classes == ["a", "a|0.9", "b", "b|0.9", "c", "c|0.9"]
    assert items.classes[items.labels[items.utts.index("b2|0.9")]] == "b|0.9"


def test_items_without_audio_are_left_out_and_said(caplog):
    items = training_items(UTT2SPK, source=Listed(["a1", "b1"]))
    assert items.utts == ["a1", "b1"]
    assert "4 of 6 training items have no readable audio" in caplog.text


def test_a_speed_without_any_audio_is_refused():
    with pytest.raises(InputError, match=r"at speed 0\.9"):
        training_items(UTT2SPK, source=Listed(UTT2SPK), speeds=(1.0, 0.9))


def test_merging_renames_aliases():
    assert apply_merge_map({"1": "a", "2": "b"}, {"b": "a"}) == {"1": "a", "2": "a"}


def test_a_chain_of_aliases_is_refused():
    with pytest.raises(InputError, match="both an alias and the target"):
        apply_merge_map({}, {"a": "b", "b": "c"})


def test_unlabelled_utterances_are_items_of_no_class():
    utt2spk = UTT2SPK | {"d1": "-", "d2": "-", "d3": "-", "d4": "-"}
    source = Listed([*utt2spk, *(f"{utt}|0.9" for utt in utt2spk)])
    items = training_items(utt2spk, source=source, max_speakers=2, speeds=(1.0, 0.9))
    assert items.classes == ["b", "b|0.9", "c", "c|0.9"]
    assert {utt for utt, label in zip(items.utts, items.labels, strict=True) if label < 0} == {
        f"d{number}{speed}" for number in range(1, 5) for speed in ("", "|0.9")
    }


def naive_items(utt2spk, held, speeds):
    """The definition, pair by pair."""
    found = sorted(
        (f"{utt}|{speed:g}", f"{speaker}|{speed:g}") if speed != 1 else (utt, speaker)
        for utt, speaker in utt2spk.items()
        for speed in speeds
        if (f"{utt}|{speed:g}" if speed != 1 else utt) in held
    )
    return [utt for utt, _ in found], [speaker for _, speaker in found]


@given(
    st.dictionaries(st.text("ab1|", min_size=1, max_size=3), st.sampled_from("xyz"), min_size=1), st.data()
)
def test_items_are_sorted_pairs_of_every_speed(utt2spk, data):
    everything = [utt + suffix for utt in utt2spk for suffix in ("", "|0.9")]
    gone = data.draw(st.sets(st.sampled_from(everything)))
    held = {utt for utt in everything if utt not in gone}
    present = [{utt for utt in utt2spk if utt + suffix in held} for suffix in ("", "|0.9")]
    hypothesis.assume(all(present))
    items = training_items(utt2spk, source=Listed(held), speeds=(1.0, 0.9))
    utts, speakers = naive_items(utt2spk, held, (1.0, 0.9))
    assert sorted(items.utts) == items.utts
    pairs = sorted((utt, items.classes[label]) for utt, label in zip(items.utts, items.labels, strict=True))
    assert pairs == sorted(zip(utts, speakers, strict=True))


@pytest.fixture
def long_tables(tmp_path):
    """20,000 lines of 100 speakers as a Kaldi folder and an audio store without audio."""
    utts = [f"char{line // 200:06d}-game{line % 60:02d}-{line:07d}" for line in range(20_000)]
    (tmp_path / "utt2spk").write_text("".join(f"{utt} {utt[:10]}\n" for utt in utts))
    (tmp_path / "wav.scp").write_text("")
    (tmp_path / "utts").write_text("".join(f"{utt}\n" for utt in utts))
    (tmp_path / "audio.i16").write_bytes(bytes(40_000))
    np.save(tmp_path / "offsets.npy", np.arange(20_001))
    write_json(tmp_path / "index.json", {"version": 1, "speeds": [1.0], "dropped": {}})
    return tmp_path


def test_items_of_many_lines_take_less_than_150_bytes_each(long_tables):
    tracemalloc.start()
    source = StoredAudio(AudioStore.open(long_tables))
    labels = SpeakerLabels.of_tables(CorpusTables(long_tables))
    items = training_items(labels, source=source, max_speakers=50)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (len(items.utts), len(items.classes)) == (10_000, 50)
    # 70 are the ids in both files; their places 24, the audio's 8, the index 12, label and speaker 12.
    assert kept < 150 * 20_000
    assert peak < 250 * 20_000


def test_items_that_the_teacher_lacks_are_left_out_with_their_classes(caplog):
    items = training_items(UTT2SPK, source=Listed(UTT2SPK), teacher=["b2", "c1", "c3"])
    assert (items.utts, items.classes) == (["b2", "c1", "c3"], ["b", "c"])
    assert "3 of 6 training items have no embedding of the teacher" in caplog.text


def test_a_teacher_of_other_audio_is_refused():
    with pytest.raises(InputError, match="none of the 6 training items, the first being 'a1'"):
        training_items(UTT2SPK, source=Listed(UTT2SPK), teacher=["x"])
