import hypothesis
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowairo.core import InputError
from kowairo.training import AudioSource, apply_merge_map
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


def test_items_that_the_teacher_lacks_are_left_out_with_their_classes(caplog):
    items = training_items(UTT2SPK, source=Listed(UTT2SPK), teacher=["b2", "c1", "c3"])
    assert (items.utts, items.classes) == (["b2", "c1", "c3"], ["b", "c"])
    assert "3 of 6 training items have no embedding of the teacher" in caplog.text


def test_a_teacher_of_other_audio_is_refused():
    with pytest.raises(InputError, match="none of the 6 training items, the first being 'a1'"):
        training_items(UTT2SPK, source=Listed(UTT2SPK), teacher=["x"])
