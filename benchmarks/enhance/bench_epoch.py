"""Speed of training and applying an enhancement net: time for data, against one file an utterance.

Run: python benchmarks/enhance/bench_epoch.py [--rows 1000000] [--dim 192] [--batch 1000] [--steps 40]
     [--files 100000] [--applied 100000] [--folder DIR]
"""

import argparse
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch

from kowairo.core import EmbeddingSet
from kowairo.enhance import LinearNetV2, apply_enhancer
from kowairo.losses import MSECosine
from kowairo.training.enhancement import EnhancementConfig, EnhancementItems
from kowairo.training.enhancement.batches import EnhancementBatches

UTTERANCES_OF_A_SPEAKER = 100
REPEATS = 5


def cpu_s(function: Callable[[], object]) -> float:
    """CPU seconds of a call: a shared machine lets wall seconds say nothing."""
    before = time.process_time()
    function()
    return time.process_time() - before


def make_set(folder: Path, rows: int, dim: int) -> EnhancementItems:
    """A million embeddings on disk, each speaker's together, and all of them as training items."""
    rng = np.random.default_rng(0)
    path = folder / "vectors.npy"
    vectors = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(rows, dim))
    for start in range(0, rows, 50_000):
        vectors[start : start + 50_000] = rng.standard_normal((min(50_000, rows - start), dim))
    vectors.flush()
    opened = EmbeddingSet(np.load(path, mmap_mode="r"), [str(row) for row in range(rows)])
    speakers = np.arange(rows) // UTTERANCES_OF_A_SPEAKER
    names = tuple(str(speaker) for speaker in range(int(speakers[-1]) + 1))
    return EnhancementItems(opened, "normal", names, speakers, np.arange(rows))


def measure_training(items: EnhancementItems, *, order: str, batch: int, steps: int) -> str:
    """CPU time of steps and of what makes their batches."""
    dim = items.embeddings.dim
    net, loss = LinearNetV2(dim, activation="ELU"), MSECosine()
    optimizer = torch.optim.Adam(net.parameters())
    made: list[EnhancementBatches] = []
    config = EnhancementConfig(batch_size=batch, order=order)
    setup = cpu_s(lambda: made.append(EnhancementBatches(items, config)))
    source = made[0].epoch(0)
    data, step = [], []

    def take() -> None:
        found.append(next(source))

    def learn() -> None:
        optimizer.zero_grad(set_to_none=True)
        loss(net(found[-1].inputs), found[-1].targets, found[-1].labels).backward()
        optimizer.step()

    for _ in range(steps):
        found = []
        data.append(cpu_s(take))
        step.append(cpu_s(learn))
    # The mean: "blocks" reads for 64 batches at once.
    mean_data, mean_step = statistics.mean(data), statistics.median(step)
    count = -(-len(items.rows) // batch)
    return (
        f"| kowairo, {order} | {len(items.rows):,} | {1e3 * mean_data:.2f} | {1e3 * mean_step:.1f} | "
        f"{100 * mean_data / (mean_data + mean_step):.1f} % | {count * mean_data:.1f} | "
        f"{setup + count * (mean_data + mean_step):.0f} |"
    )


def make_files(folder: Path, files: int, dim: int) -> list[Path]:
    """One file of ten crops an utterance, and one a speaker, as the project's own scripts leave them."""
    rng = np.random.default_rng(0)
    crops = rng.standard_normal((10, dim)).astype(np.float32)
    paths = []
    for number in range(files):
        speaker, utterance = divmod(number, UTTERANCES_OF_A_SPEAKER)
        path = folder / f"id{speaker:05d}" / str(utterance // 10) / f"{utterance:05d}.npy"
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, crops)
        if utterance == 0:
            np.save(folder / f"id{speaker:05d}.npy", crops[0])
        paths.append(path)
    return paths


def file_batches(paths: list[Path], batch: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """What that project's loader does, in our words: two files, a mean and a norm for each utterance."""
    order = np.random.default_rng(0).permutation(len(paths))
    for start in range(0, len(order), batch):
        inputs, targets = [], []
        for place in order[start : start + batch].tolist():
            vector = torch.from_numpy(np.load(paths[place])).mean(dim=0)
            inputs.append(torch.nn.functional.normalize(vector, dim=0))
            targets.append(torch.from_numpy(np.load(paths[place].parents[1].with_suffix(".npy"))))
        yield torch.stack(inputs), torch.stack(targets)


def measure_files(paths: list[Path], *, batch: int, steps: int, rows: int) -> str:
    """CPU time of the batches of a file-per-utterance loader, for as many utterances as ours."""
    source = file_batches(paths, batch)
    times = [cpu_s(lambda: next(source)) for _ in range(min(steps, len(paths) // batch))]
    data = statistics.mean(times)
    return f"| one file an utterance | {len(paths):,} | {1e3 * data:.2f} | | | {data * rows / batch:.1f} | |"


def measure_applying(rows: int, dim: int) -> str:
    """Applying a net to a set, against nothing but its matrix products."""
    rng = np.random.default_rng(0)
    vectors = EmbeddingSet(rng.standard_normal((rows, dim)).astype(np.float32), [str(i) for i in range(rows)])
    net = LinearNetV2(dim, activation="ELU").eval()
    layers = [layer for layer in net.layers if isinstance(layer, torch.nn.Linear)]
    whole = torch.from_numpy(vectors.vectors)

    def products() -> None:
        with torch.inference_mode():
            for rows_of_batch in torch.split(whole, 4096):
                values = rows_of_batch
                for layer in layers:
                    values = layer(values)

    applied, bare = [], []
    for _ in range(REPEATS):
        applied.append(cpu_s(lambda: apply_enhancer(vectors, net)))
        bare.append(cpu_s(products))
    pair = statistics.median(applied), statistics.median(bare)
    return f"| {rows:,} x {dim} | {pair[0]:.2f} | {pair[1]:.2f} | {pair[0] / pair[1]:.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("rows", 10**6), ("dim", 192), ("batch", 1000), ("steps", 40)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--applied", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    given = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    print(f"{platform.processor() or platform.machine()}, torch {torch.__version__}, CPU seconds, ", end="")
    print(f"{torch.get_num_threads()} thread, LinearNetV2 ELU, MSE + cosine, Adam, batch {given.batch}\n")
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        print("| loader | utterances | data ms a step | step ms | data share | data s an epoch | epoch s |")
        print("|---|---|---|---|---|---|---|")
        items = make_set(Path(name), given.rows, given.dim)
        for order in ("shuffled", "blocks"):
            steps = given.steps if order == "shuffled" else max(given.steps, 64)
            print(measure_training(items, order=order, batch=given.batch, steps=steps), flush=True)
        paths = make_files(Path(name) / "files", given.files, given.dim)
        print(measure_files(paths, batch=given.batch, steps=given.steps, rows=given.rows), flush=True)
    print("\n| applied to | apply_enhancer s | matrix products s | ratio |\n|---|---|---|---|")
    print(measure_applying(given.applied, given.dim))


if __name__ == "__main__":
    main()
