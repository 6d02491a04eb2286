from typing import get_args

import pytest

from kowairo.core import InputError
from kowairo.losses import (
    PUBLISHED_LOSSES,
    DomainAdaptationCosine,
    DomainAdaptationMSE,
    PublishedLossName,
    published_loss,
)
from kowairo.testing import check_enhancement_loss


def test_all_names_of_the_project_are_there():
    assert sorted(PUBLISHED_LOSSES) == sorted(get_args(PublishedLossName))


@pytest.mark.parametrize("name", PUBLISHED_LOSSES)
def test_every_published_loss_passes_the_contract(name):
    check_enhancement_loss(published_loss(name, sigma=0.1))


def test_da_cs_is_another_name_of_da():
    assert type(published_loss("DA_CS")) is type(published_loss("DA")) is DomainAdaptationCosine


@pytest.mark.parametrize(("name", "kind"), [("DA", DomainAdaptationCosine), ("DA_MSE", DomainAdaptationMSE)])
def test_the_bandwidth_is_passed_on(name, kind):
    loss = published_loss(name, sigma=0.1)
    assert isinstance(loss, kind)
    assert loss.sigma == 0.1


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match="unknown loss 'MMD'; expected one of MSE, MAE, CS"):
        published_loss("MMD")
