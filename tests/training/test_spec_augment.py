import torch

from kowairo.training import SpecAugment

FEATURES = torch.arange(2 * 20 * 10, dtype=torch.float32).reshape(2, 20, 10)
SEEDS = torch.tensor([11, 12])


def test_masks_follow_from_the_item_seed_alone():
    mask = SpecAugment()
    both = mask(FEATURES, SEEDS)
    assert torch.equal(mask(FEATURES[1:], SEEDS[1:])[0], both[1])


def test_masked_places_are_whole_bands_and_spans_of_the_mean():
    mask = SpecAugment(num_frequency_masks=1, max_frequency_bins=4, num_time_masks=1, max_time_frames=6)
    for seed in range(30):
        changed = mask(FEATURES[:1], torch.tensor([seed]))[0] != FEATURES[0]
        assert torch.equal(changed, changed.all(1)[:, None] | changed.all(0)[None])
        assert changed.all(0).sum() <= 4
        assert changed.all(1).sum() <= 6


def test_the_fill_is_the_mean_of_the_item():
    out = SpecAugment(max_frequency_bins=5, max_time_frames=5)(FEATURES, SEEDS)
    for row in range(2):
        changed = out[row][out[row] != FEATURES[row]]
        assert torch.allclose(changed, FEATURES[row].mean())


def test_the_input_stays_as_it_was():
    before = FEATURES.clone()
    SpecAugment()(FEATURES, SEEDS)
    assert torch.equal(FEATURES, before)


def test_masks_wider_than_the_features_fit():
    SpecAugment(max_frequency_bins=99, max_time_frames=99)(FEATURES, SEEDS)
