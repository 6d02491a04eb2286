"""Training steps of one process or of several, which test_process_group and test_speaker_module compare.

Usage: group_worker.py TASK PROCESSES FOLDER, where the folder has what the task reads and gets what it finds.
"""

import json
import os
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch

from kowairo.core import EmbeddingSet, InputError
from kowairo.data import AudioStore
from kowairo.losses import (
    CORAL,
    GE2E,
    AAMSoftmax,
    ContrastiveDistillation,
    DomainAdversarial,
    JointObjective,
    MarginSchedule,
    WeightedTerm,
)
from kowairo.models import build_encoder
from kowairo.training import (
    SGD,
    Head,
    NonFiniteLossError,
    Shuffled,
    SpeakerGroups,
    SpeakerModel,
    SpeakerModule,
    StepRules,
    StoredAudio,
    WarmupCosine,
)
from kowairo.training.batch_plan import BatchPlan
from kowairo.training.dataset import CropDataset
from kowairo.training.process_group import run_in_group
from kowairo.training.processes import from_first, of_all, rank, sum_in_place, sum_numbers, world_size
from kowairo.training.resume_state import share_state
from kowairo.training.teacher_rows import TeacherRows
from kowairo.training.training_items import training_items

STEPS, BATCH, SPEAKERS, DIM = 50, 9, 8, 8


def losses():
    terms = [
        AAMSoftmax(DIM, SPEAKERS, seed=0),
        DomainAdversarial(DIM, 2, seed=0),
        CORAL(),
        ContrastiveDistillation(DIM, 5, seed=0),
    ]
    return {
        "rows": AAMSoftmax(DIM, SPEAKERS, seed=0),
        "comparison": GE2E(),
        "all kinds, some unknown": JointObjective([WeightedTerm(term, 0.5) for term in terms]),
    }


def steps(folder):
    """By loss: the losses of the steps, the weights after them, and how many items were recognised."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    return {name: train(loss, name, folder) for name, loss in losses().items()}


def train(loss, name, folder):
    dataset, labels = data(folder, with_unknown="unknown" in name)
    with torch.random.fork_rng():
        # The first process's weights count: the others start from its.
        torch.manual_seed(3 + rank())
        encoder = build_encoder(json.loads((folder / "encoder.json").read_text()))
    model = SpeakerModel(encoder, Head(loss, [f"s{number:02d}" for number in range(SPEAKERS)]))
    # Adam makes a whole step of a gradient that is nothing but rounding (the biases that a softmax cancels),
    # and two runs of one process with other shards then part too.
    optimizer = SGD(learning_rate=0.001)
    rules = StepRules(optimizer, WarmupCosine(), MarginSchedule(), total_steps=STEPS, shards=2)
    module = SpeakerModule(model, rules)
    if world_size() > 1:
        share_state(module)
    order = SpeakerGroups(speakers=3, lines=3) if name == "comparison" else Shuffled()
    plan = BatchPlan(labels, order=order, batch_size=BATCH, seed=0, part=rank(), num_parts=world_size())
    costs = []
    while len(costs) < STEPS:
        plan.seek(module.progress.epoch, 0)
        costs += [step(module, dataset[keys]) for keys in plan]
        correct = module.progress.correct
        module.progress.finish_epoch()
    weights = {name: value.detach() for name, value in module.model.state_dict().items()}
    return torch.tensor(costs), weights, correct


def step(module, batch):
    module.on_train_batch_start(batch, 0)
    return module.take_step(batch)


def data(folder, *, with_unknown):
    store = AudioStore.open(folder / "store")
    utt2spk = {utt: utt[:3] for utt in store.utts if "|" not in utt and utt < "s08"}
    items = training_items(utt2spk, source=StoredAudio(store))
    domains = np.arange(len(items.utts)) % 2
    if with_unknown:
        # Blocks, so that some parts of batches know nothing.
        items.labels[5:25] = -1
        domains[15:35] = -1
    vectors = np.random.default_rng(0).standard_normal((len(items.utts), 5)).astype(np.float32)
    dataset = CropDataset(
        items,
        source=StoredAudio(store),
        num_samples=4800,
        seed=0,
        domains=domains,
        teacher=TeacherRows(EmbeddingSet(vectors, items.utts), items.utts),
    )
    return dataset, items.labels


def talk(folder):
    """What the processes tell each other."""
    tensors = [torch.full((3,), float(rank() + 1)), torch.full((2, 5000, 500), float(rank())), torch.ones(1)]
    sum_in_place(tensors)
    return {
        "sums": [sorted(set(tensor.flatten().tolist())) for tensor in tensors],
        "numbers": sum_numbers((1.0, rank()), device=torch.device("cpu")),
        "first": from_first(f"I am {rank()}"),
        "all": of_all(rank() * 10),
    }


def bad_input(folder):
    if rank() == 0:
        raise InputError("nothing to train on")
    time.sleep(600)


def both_fail(folder):
    time.sleep(0.5 * (1 - rank()))
    raise NonFiniteLossError(f"told by {rank()}", [1, 2])


def crash(folder):
    if rank() == 1:
        os._exit(7)
    time.sleep(600)


def hang(folder):
    (folder / f"{os.getpid()}.pid").touch()
    time.sleep(600)


TASKS = {task.__name__: task for task in (steps, talk, bad_input, both_fail, crash, hang)}


def main():
    task, processes, folder = TASKS[sys.argv[1]], int(sys.argv[2]), Path(sys.argv[3])
    result = run_in_group(partial(task, folder), devices=processes, device="cpu")
    torch.save(result, folder / f"{task.__name__}.{processes}")


if __name__ == "__main__":
    main()
