import inspect

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

import kowairo.losses
from kowairo.losses import (
    CORAL,
    GE2E,
    MMD,
    AAMSoftmax,
    AdaCos,
    AMSoftmax,
    AngularPrototypical,
    ContrastiveDistillation,
    CosineDistillation,
    CrossBatchMemory,
    CurricularAAM,
    DistillationLoss,
    DomainAdversarial,
    DomainIdentityLevel,
    DomainLoss,
    EnhancementLoss,
    IdentityLevel,
    JointObjective,
    Loss,
    PairwiseDistanceMMD,
    Prototypical,
    Softmax,
    SphereFace2,
    SubCenterAAM,
    SupervisedContrastive,
    Triplet,
    WeightedSum,
    WeightedTerm,
)

LOSSES = {
    "softmax": lambda toy: Softmax(*sizes(toy), seed=0),
    "am": lambda toy: AMSoftmax(*sizes(toy), scale=15.0, seed=0),
    "aam": lambda toy: AAMSoftmax(*sizes(toy), scale=15.0, seed=0),
    "sub-centre": lambda toy: SubCenterAAM(*sizes(toy), seed=0),
    "sphereface2 cosine": lambda toy: SphereFace2(*sizes(toy), seed=0),
    "sphereface2 angular": lambda toy: SphereFace2(*sizes(toy), margin=0.15, margin_type="angular", seed=0),
    "curricular": lambda toy: CurricularAAM(*sizes(toy), scale=15.0, seed=0),
    "adacos": lambda toy: AdaCos(*sizes(toy), seed=0),
    "batch-hard": lambda toy: Triplet(),
    "batch-hard soft": lambda toy: Triplet(hinge="soft"),
    "semi-hard": lambda toy: Triplet(mining="semi_hard"),
    "ge2e softmax": lambda toy: GE2E(),
    "ge2e contrast": lambda toy: GE2E(variant="contrast"),
    "angular prototypical": lambda toy: AngularPrototypical(),
    "prototypical": lambda toy: Prototypical(),
    "supervised contrastive": lambda toy: SupervisedContrastive(),
    "with memory": lambda toy: SupervisedContrastive(memory=CrossBatchMemory(toy.embedding_dim, size=400)),
    "level": lambda toy: IdentityLevel(toy.embedding_dim, AAMSoftmax(*sizes(toy), seed=0), name="x"),
    "sum": lambda toy: WeightedSum(
        [WeightedTerm(Softmax(*sizes(toy), seed=0)), WeightedTerm(SupervisedContrastive(), 0.5)]
    ),
    "cosine distillation": lambda toy: CosineDistillation(toy.embedding_dim, toy.teacher_dim, seed=0),
    "contrastive distillation": lambda toy: ContrastiveDistillation(
        toy.embedding_dim, toy.teacher_dim, seed=0
    ),
}

# Beside AAM, whose weight is 1.
DOMAIN_LOSSES = {
    "mmd": (lambda toy: MMD(), 5.0),
    "multi-kernel mmd": (lambda toy: MMD(bandwidths=(0.5, 1.0, 2.0)), 5.0),
    "coral": (lambda toy: CORAL(), 100.0),
    "pairwise distances": (lambda toy: PairwiseDistanceMMD(sigma=0.3), 20.0),
    "pairwise rms": (lambda toy: PairwiseDistanceMMD(distance="rms"), 5.0),
    "adversarial": (lambda toy: DomainAdversarial(toy.embedding_dim, 2, reversal_strength=0.5, seed=0), 1.0),
}


def sizes(toy):
    return toy.embedding_dim, toy.num_speakers


@pytest.mark.parametrize("base", [Loss, DomainLoss, DistillationLoss, EnhancementLoss])
def test_a_base_cannot_be_used_by_itself(base):
    with pytest.raises(TypeError, match="abstract"):
        base()


def test_a_subclass_needs_forward_only():
    class Constant(Loss):
        def forward(self, embeddings, labels):
            return embeddings.sum() * 0.0

    assert Constant()(torch.ones(2, 3), torch.zeros(2, dtype=torch.int64)).item() == 0.0


def test_every_exported_loss_is_among_those_that_are_trained(toy):
    trained = {type(make(toy)) for make in LOSSES.values()}
    trained |= {type(make(toy)) for make, _ in DOMAIN_LOSSES.values()} | {DomainIdentityLevel}
    exported = [getattr(kowairo.losses, name) for name in kowairo.losses.__all__]
    kinds = [one for one in exported if inspect.isclass(one) and not inspect.isabstract(one)]
    assert {one for one in kinds if issubclass(one, Loss | DomainLoss | DistillationLoss)} == trained


@pytest.mark.slow
@pytest.mark.parametrize("name", LOSSES)
def test_300_steps_under_a_loss_tell_unseen_speakers_better_apart(toy, name):
    net = toy.train(JointObjective([WeightedTerm(LOSSES[name](toy))]))
    # Untrained 0.46. The least, GE2E's contrast, has 0.36; the median is 0.16.
    assert toy.eer(net) < 0.85 * toy.eer(toy.untrained())


@pytest.fixture(scope="module")
def without_domain_loss(toy):
    return toy.train(JointObjective([WeightedTerm(AAMSoftmax(*sizes(toy), seed=0))]))


@pytest.mark.slow
@pytest.mark.parametrize("name", DOMAIN_LOSSES)
def test_a_domain_loss_closes_its_gap_and_keeps_the_speakers(toy, without_domain_loss, name):
    make, weight = DOMAIN_LOSSES[name]
    loss = make(toy)
    objective = JointObjective([WeightedTerm(AAMSoftmax(*sizes(toy), seed=0)), WeightedTerm(loss, weight)])
    net = toy.train(objective)
    gap = linear_gap if isinstance(loss, DomainAdversarial) else loss
    before, after = (float(gap(*by_domain(toy, one))) for one in (without_domain_loss, net))
    assert after < 0.7 * before
    assert toy.eer(net) < 1.1 * toy.eer(without_domain_loss)


@pytest.mark.slow
def test_a_level_of_domains_tells_them(toy, without_domain_loss):
    level = DomainIdentityLevel(toy.embedding_dim, AAMSoftmax(toy.embedding_dim, 2, seed=0), name="domain")
    speakers = IdentityLevel(toy.embedding_dim, AAMSoftmax(*sizes(toy), seed=0), name="speaker")
    net = toy.train(JointObjective([WeightedTerm(speakers), WeightedTerm(level)]))
    known = linear_gap(*by_domain(toy, torch.nn.Sequential(net, level.projection)))
    assert known > linear_gap(*by_domain(toy, without_domain_loss))


def by_domain(toy, net):
    embeddings, labels, domains = toy.test_embeddings(net)
    return embeddings, domains, labels


def linear_gap(embeddings, domains, labels):
    """How far above chance a fresh linear classifier tells the domains of other speakers."""
    units, domains = torch.nn.functional.normalize(embeddings).numpy(), domains.numpy()
    half = np.asarray(labels) < 30
    return (
        LogisticRegression(C=100.0, max_iter=500)
        .fit(units[half], domains[half])
        .score(units[~half], domains[~half])
        - 0.5
    )
