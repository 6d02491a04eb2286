import pytest

from kowairo.enhance import LinearNetV3, SetTransformer
from kowairo.training.enhancement import EERList, EnrollmentList


def test_both_kinds_of_lists_give_an_eer_with_and_without_a_net(valid_side):
    enrolled = EnrollmentList.draw("sets", valid_side.embeddings, valid_side.utt2spk, sizes=[2], seed=0)
    for listed, net in (
        (valid_side.trials(), LinearNetV3(16, activation="ELU")),
        (enrolled, SetTransformer(16)),
    ):
        assert isinstance(listed, EERList)
        assert listed.speakers == set(valid_side.utt2spk.values())
        for shown in (None, net):
            assert 0 <= listed.eer(shown, score="cosine", rule="roc") <= 1


def test_the_base_cannot_be_used():
    with pytest.raises(TypeError, match="abstract"):
        EERList()
