"""One process of a training run that test_gather compares with a run of one process.

Usage: ddp_worker.py RANK WORLD_SIZE RENDEZVOUS_FILE OUTPUT_FILE
"""

import sys

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

from kowairo.losses import (
    CORAL,
    GE2E,
    MMD,
    AAMSoftmax,
    AdaCos,
    AngularPrototypical,
    ContrastiveDistillation,
    CrossBatchMemory,
    CurricularAAM,
    JointObjective,
    PairwiseDistanceMMD,
    Prototypical,
    SupervisedContrastive,
    Targets,
    Triplet,
    WeightedTerm,
    gather_rows,
)

STEPS, BATCH, FEATURES, DIM, SPEAKERS = 10, 16, 6, 8, 4


def objectives():
    """Every loss that compares utterances or has statistics of a batch, and one that does neither."""
    losses = {
        "AAMSoftmax": AAMSoftmax(DIM, SPEAKERS, seed=0),
        "CurricularAAM": CurricularAAM(DIM, SPEAKERS, seed=0),
        "AdaCos": AdaCos(DIM, SPEAKERS, seed=0),
        "batch-hard Triplet": Triplet(hinge="soft"),
        "semi-hard Triplet": Triplet(mining="semi_hard"),
        "GE2E": GE2E(),
        "AngularPrototypical": AngularPrototypical(),
        "Prototypical": Prototypical(),
        "SupervisedContrastive": SupervisedContrastive(memory=CrossBatchMemory(DIM, size=24)),
        "MMD": MMD(),
        "CORAL": CORAL(),
        "PairwiseDistanceMMD": PairwiseDistanceMMD(),
        "ContrastiveDistillation": ContrastiveDistillation(DIM, 5, seed=0),
    }
    return {name: JointObjective([WeightedTerm(loss)]) for name, loss in losses.items()}


class Model(torch.nn.Module):
    """Encoder and objective as one module, as DDP wants it."""

    def __init__(self, objective):
        super().__init__()
        self.encoder = torch.nn.Linear(FEATURES, DIM)
        torch.nn.init.normal_(self.encoder.weight, generator=torch.Generator().manual_seed(5))
        torch.nn.init.zeros_(self.encoder.bias)
        self.objective = objective

    def forward(self, features, targets):
        return self.objective(self.encoder(features), targets)


def batches():
    generator = torch.Generator().manual_seed(9)
    labels = torch.arange(BATCH) % SPEAKERS
    domains = torch.arange(BATCH) // 3 % 2
    for _ in range(STEPS):
        features = torch.randn(BATCH, FEATURES, generator=generator)
        teacher = torch.randn(BATCH, 5, generator=generator)
        order = torch.randperm(BATCH, generator=generator)
        yield features, labels[order], domains[order], teacher


def own_rows(name, rank, world_size):
    # DDP weighs processes alike, so means over rows need parts of one size; losses that gather do not.
    cut = 8 if name in {"AAMSoftmax", "CurricularAAM", "AdaCos"} else 10
    return slice(None) if world_size == 1 else [slice(cut), slice(cut, None)][rank]


def train(name, objective, rank, world_size):
    """Losses of the steps and the encoder's weights after them."""
    model = Model(objective)
    wrapped = DistributedDataParallel(model) if world_size > 1 else model
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    rows = own_rows(name, rank, world_size)
    costs = []
    for features, labels, domains, teacher in batches():
        optimizer.zero_grad()
        targets = Targets(labels=labels[rows], domains=domains[rows], teacher=teacher[rows])
        cost = wrapped(features[rows], targets)
        cost.backward()
        optimizer.step()
        costs.append(gather_rows(cost.detach().reshape(1)).mean())
    return torch.stack(costs), model.encoder.weight.detach()


def main():
    rank, world_size, rendezvous, output = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
    if world_size > 1:
        dist.init_process_group("gloo", init_method=f"file://{rendezvous}", rank=rank, world_size=world_size)
    results = {name: train(name, one, rank, world_size) for name, one in objectives().items()}
    torch.save(results, output)
    if world_size > 1:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
