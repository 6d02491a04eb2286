"""Two workers of an extraction beside two processes that do nothing but matrix products.

    python benchmarks/inference/bench_workers.py --data DIR [--encoder base]

Wall time, interleaved: one product process, two, one worker, two workers, and so on. What two product
processes reach on the machine at that moment is what two workers could reach; a busy machine lowers both.
"""

import argparse
import multiprocessing
import os
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from extraction_files import make_files

from kowairo.core import AudioRef
from kowairo.inference import AudioFiles
from kowairo.inference.extraction import Extraction
from kowairo.models import EcapaGroupNorm, Encoder, from_pretrained

PRODUCTS = 60


def multiply(barrier: object) -> None:
    """A fixed number of products of one core."""
    torch.set_num_threads(1)
    matrix = torch.randn(1024, 1024)
    barrier.wait()
    for _ in range(PRODUCTS):
        _ = matrix @ matrix
    barrier.wait()


def product_rate(processes: int) -> float:
    """Products per second of so many processes at once."""
    context = multiprocessing.get_context("fork")  # one thread, and nothing to import again
    barrier = context.Barrier(processes + 1)
    running = [context.Process(target=multiply, args=(barrier,)) for _ in range(processes)]
    for process in running:
        process.start()
    barrier.wait()
    start = time.perf_counter()
    barrier.wait()
    taken = time.perf_counter() - start
    for process in running:
        process.join()
    return processes * PRODUCTS / taken


def file_rate(encoder: Encoder, paths: list[Path], workers: int) -> tuple[float, float]:
    """Files per second, and per second of CPU time, of an extraction by so many workers."""
    source = AudioFiles({path.stem: AudioRef(path, None) for path in paths})
    with Extraction(source, encoder, workers=workers) as work:
        start, used = time.perf_counter(), time.process_time()
        work.embed_part(source.utts, vector_shape=(encoder.embedding_dim,))
        return len(paths) / (time.perf_counter() - start), len(paths) / (time.process_time() - used)


def main() -> None:
    """Prints the scaling of both, and its ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with voices/dev")
    parser.add_argument("--encoder", help="name of a shipped encoder; without, 1024 channels, random weights")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--files", type=int, default=16)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    torch.set_num_threads(1)
    encoder = (EcapaGroupNorm() if args.encoder is None else from_pretrained(args.encoder)).eval()
    prepared = encoder.for_inference(torch.bfloat16 if args.precision == "bf16" else torch.float32)
    products, files, cpu = [], [], []
    with TemporaryDirectory() as folder:
        paths = make_files(args.data / "voices" / "dev", Path(folder), args.files)
        for _ in range(args.runs):
            products.append(product_rate(2) / product_rate(1))
            (one, one_cpu), (two, two_cpu) = (file_rate(prepared, paths, workers) for workers in (1, 2))
            files.append(two / one)
            cpu.append(two_cpu / one_cpu)
    load = os.getloadavg()[0]
    name = args.encoder or "1024 channels"
    print(f"load {load:.1f}, {args.files} files, {args.runs} runs, {args.precision}")
    print("| network | two product processes / one | two workers / one | share | CPU time, one / two |")
    print("| --- | --- | --- | --- | --- |")
    a, b, c = (statistics.median(found) for found in (products, files, cpu))
    print(f"| {name} | {a:.2f} ({_spread(products)}) | {b:.2f} ({_spread(files)}) | {b / a:.2f} | {c:.2f} |")


def _spread(values: list[float]) -> str:
    return f"{min(values):.2f} to {max(values):.2f}"


if __name__ == "__main__":
    main()
