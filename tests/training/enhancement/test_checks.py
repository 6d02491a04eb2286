from dataclasses import replace

import numpy as np
import pytest

from kowairo.core import EmbeddingSet, InputError
from kowairo.enhance import LinearNetV2, SetTransformer
from kowairo.losses import MSE, AdversarialEnhancement, EnhancementAAMSoftmax, MyTripletCosine
from kowairo.training.enhancement import EnhancementConfig, pair_items
from kowairo.training.enhancement.checks import check_sides, usable_items


def check(train, *, net=None, loss=None, valid=None, tests=(), **config):
    check_sides(
        net or LinearNetV2(16),
        loss or MSE(),
        train,
        valid=valid,
        tests=tests,
        config=EnhancementConfig(**config),
    )


def test_sides_that_fit_pass(train_side, valid_side):
    check(train_side.items(), valid=valid_side.items(), tests=[valid_side.trials()])


def test_a_speaker_on_two_sides_is_refused_unless_it_is_allowed(train_side, toys):
    same = toys("t", 3)
    for options in ({"valid": same.items()}, {"tests": [same.trials()]}):
        with pytest.raises(InputError, match="3 speakers are in training and in validation or test, e"):
            check(train_side.items(), **options)
        check(train_side.items(), **options, speaker_overlap="allow")


def test_another_dimension_is_refused(train_side, toys):
    with pytest.raises(InputError, match="got training 16, net 8 to 8"):
        check(train_side.items(), net=LinearNetV2(8))
    small = toys("v", 3, dim=12)
    with pytest.raises(InputError, match="validation 12, test list own 12, net 16 to 16"):
        check(train_side.items(), valid=small.items(), tests=[small.trials("own")])


def test_another_kind_of_list_is_refused(train_side):
    with pytest.raises(InputError, match="MyTripletCosine needs a triplet list, got a normal list"):
        check(train_side.items(), loss=MyTripletCosine())


def test_two_lists_of_one_name_are_refused(train_side, valid_side):
    with pytest.raises(InputError, match="a name for each test list, got valid, valid"):
        check(train_side.items(), tests=[valid_side.trials(), valid_side.trials()])


def test_speakers_who_are_left_out_are_counted_in_the_log(toys, caplog):
    caplog.set_level("INFO")
    side = toys("t", 3)
    lone = EmbeddingSet(side.embeddings.vectors[:17], side.embeddings.utts[:17])
    items = usable_items(type(side)(lone).items(), EnhancementConfig(), name="training")
    assert items.left_out == 1
    assert "training: 1 speakers without two embeddings are left out" in caplog.text
    one = EmbeddingSet(np.ones((1, 2), dtype=np.float32), ["a/x/1"])
    alone = type(side)(one).items()
    with pytest.raises(InputError, match=r"^training: expected a speaker with two or more"):
        usable_items(alone, EnhancementConfig(), name="training")


def test_a_classifier_needs_speakers_and_trials_that_choose_its_epoch(train_side, valid_side):
    loss, valid = EnhancementAAMSoftmax(), valid_side.items()
    with pytest.raises(InputError, match="validation items cannot choose the epoch: give a list of trials"):
        check(train_side.items(), loss=loss, valid=valid)
    check(train_side.items(), loss=loss)
    check(train_side.items(), loss=loss, valid=valid, keep="last")
    check(train_side.items(), loss=loss, valid=valid, tests=[valid_side.trials()])
    check(train_side.items(), loss=loss, valid=train_side.items(), speaker_overlap="allow")
    unlabelled = pair_items([train_side.embeddings], train_side.embeddings)
    with pytest.raises(InputError, match="EnhancementAAMSoftmax needs speakers; name a table of them"):
        check(unlabelled, loss=loss)


def test_an_adversary_needs_domains_on_both_sides_and_a_net_of_rows(train_side, valid_side):
    train = replace(train_side.items(), domains=np.zeros(480, dtype=np.int64), domain_names=("a", "b"))
    with pytest.raises(InputError, match="needs domains of the training items; name a table of them"):
        check(valid_side.items(), loss=AdversarialEnhancement())
    with pytest.raises(InputError, match="needs domains of the validation items; name a table of them"):
        check(train, loss=AdversarialEnhancement(), valid=valid_side.items())
    with pytest.raises(InputError, match="may be of several domains; train a net of rows"):
        check(train, loss=AdversarialEnhancement(), net=SetTransformer(16))
    check(train, loss=AdversarialEnhancement())
