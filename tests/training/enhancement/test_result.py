from kowairo.training.enhancement import EnhancementEpoch, EnhancementResult


def test_an_epoch_is_worth_its_first_eer_or_else_its_validation_loss():
    assert EnhancementEpoch(1, 0.5, 0.1).worth is None
    assert EnhancementEpoch(1, 0.5, 0.1, valid_loss=0.4).worth == 0.4
    both = EnhancementEpoch(1, 0.5, 0.1, valid_loss=0.4, eers={"valid": 0.2, "libri": 0.1})
    assert (both.worth, both.valid_eer) == (0.2, 0.2)


def test_a_result_without_test_lists_has_no_eer():
    result = EnhancementResult(1, {}, {}, 10, 2, 0, ())
    assert result.valid_eer is None
    assert result.unenhanced_valid_eer is None
    named = EnhancementResult(1, {"valid": 0.1, "libri": 0.2}, {"valid": 0.3, "libri": 0.4}, 10, 2, 0, ())
    assert (named.valid_eer, named.unenhanced_valid_eer) == (0.1, 0.3)
