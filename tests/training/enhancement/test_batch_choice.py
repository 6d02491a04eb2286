from kowairo.enhance import LinearNetV3, SetTransformer
from kowairo.training.enhancement import EnhancementConfig
from kowairo.training.enhancement.batch_choice import batches_for


def test_nets_of_rows_get_rows_and_nets_of_sets_get_sets(train_side):
    items, config = train_side.items(), EnhancementConfig()
    rows = next(iter(batches_for(LinearNetV3(16), items, config).epoch(0)))
    sets = next(iter(batches_for(SetTransformer(16, width=8), items, config).epoch(0)))
    assert (rows.inputs.ndim, sets.inputs.ndim) == (2, 3)
