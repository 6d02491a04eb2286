"""A task in several processes on one node or several, or in one of those that torchrun has started."""

import logging
import multiprocessing
import os
import pickle
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Generic, TypeVar

import torch
import torch.distributed as dist

from kowairo.core import InputError, KowairoError

from .processes import is_first

_log = logging.getLogger(__name__)
ResultT = TypeVar("ResultT")
_PATIENCE = timedelta(hours=24)
"""The others wait while the first process validates: hours, where the lists are long."""
_SECONDS_TO_END = 10.0


def run_in_group(
    task: Callable[[], ResultT], *, devices: int = 1, num_nodes: int = 1, device: str = "auto"
) -> ResultT | None:
    """Run a task once in each of several processes that form the default group of `torch.distributed`.

    Where torchrun has started this process, it joins torchrun's group. Elsewhere `devices` processes are
    started; with several nodes, the same call runs on each, and the environment says where they meet:
    MASTER_ADDR, MASTER_PORT and NODE_RANK. One device on one node is this process itself, without a group.

    Args:
        task: what to do; picklable, where processes are started.
        devices: processes on this node, each with a GPU of its own or, on a CPU, its own threads.
        num_nodes: nodes.
        device: auto, cpu or gpu.

    Returns:
        What the task returned in the first process of all; None in a process, or on a node, without it.

    Raises:
        InputError: if the numbers do not fit each other or the machine, or a process found wrong input.
        KowairoError: if a process failed; the others are stopped.
    """
    if devices < 1 or num_nodes < 1:
        raise InputError(f"devices and num_nodes are positive, got {devices} and {num_nodes}")
    wanted = devices * num_nodes
    if "LOCAL_RANK" in os.environ and "WORLD_SIZE" in os.environ:
        started = int(os.environ["WORLD_SIZE"])
        if wanted not in (1, started):
            raise InputError(f"torchrun has started {started} processes; leave --devices and --num_nodes out")
        return _joined(task, device)
    if wanted == 1:
        return task()
    if uses_gpu(device) and devices > torch.cuda.device_count():
        raise InputError(f"--devices {devices}: the machine has {torch.cuda.device_count()} GPUs")
    _log.info("training in %d processes on %d node(s)", wanted, num_nodes)
    children = [_Child(task, place, device) for place in _places(devices, num_nodes)]
    try:
        result = _outcome(children)
        for child in children:
            child.process.join(_SECONDS_TO_END)
        return result
    finally:
        _end(children)


def uses_gpu(device: str) -> bool:
    """Whether a setting of the device means a GPU here.

    Args:
        device: auto, cpu or gpu.

    Raises:
        InputError: if it is none of these.
    """
    if device not in ("auto", "cpu", "gpu"):
        raise InputError(f"device is auto, cpu or gpu, got {device!r}")
    return device == "gpu" or (device == "auto" and torch.cuda.is_available())


def _joined(task: Callable[[], ResultT], device: str) -> ResultT | None:
    with _group(device):
        result = task()
        return result if is_first() else None


@contextmanager
def _group(device: str) -> Iterator[None]:
    on_gpu = uses_gpu(device)
    if on_gpu:
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    dist.init_process_group("cpu:gloo,cuda:nccl" if on_gpu else "gloo", timeout=_PATIENCE)
    yield
    # After an error the others may be in the middle of a sum that never comes: then the group just ends.
    dist.destroy_process_group()


def _places(devices: int, num_nodes: int) -> list[dict[str, str]]:
    """What torchrun would say to each process of this node."""
    if num_nodes == 1:
        node, address, port = 0, "127.0.0.1", str(_free_port())
    else:
        missing = [name for name in ("MASTER_ADDR", "MASTER_PORT", "NODE_RANK") if name not in os.environ]
        if missing:
            raise InputError(
                f"several nodes: set {', '.join(missing)} on each, or start the command by torchrun"
            )
        node, address, port = (
            int(os.environ["NODE_RANK"]),
            os.environ["MASTER_ADDR"],
            os.environ["MASTER_PORT"],
        )
    common = {"WORLD_SIZE": str(devices * num_nodes), "MASTER_ADDR": address, "MASTER_PORT": port}
    return [
        common | {"RANK": str(node * devices + local), "LOCAL_RANK": str(local)} for local in range(devices)
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class _Child(Generic[ResultT]):
    """A started process and the pipe on which its outcome comes."""

    def __init__(self, task: Callable[[], ResultT], place: dict[str, str], device: str) -> None:
        # Not forked: threads and GPU contexts do not survive that.
        context = multiprocessing.get_context("spawn")
        self.rank = place["RANK"]
        self.outcome, theirs = context.Pipe()
        self.process: SpawnProcess = context.Process(target=_work, args=(task, place, device, theirs))
        self.process.start()
        theirs.close()


def _work(task: Callable[[], ResultT], place: dict[str, str], device: str, outcome: Connection) -> None:
    os.environ.update(place)
    threading.Thread(target=_end_with_the_parent, args=(outcome,), daemon=True).start()
    try:
        _send(outcome, "result", _joined(task, device))
    except (KowairoError, OSError) as error:
        # As text: errors with arguments of their own do not survive pickling.
        wrong_input = isinstance(error, InputError | OSError)
        _send(outcome, "wrong input" if wrong_input else "failed", str(error))
        raise SystemExit(1) from error


def _send(outcome: Connection, kind: str, value: object) -> None:
    # Not by the connection's own pickler: tensors would stay in a memory that ends with this process.
    outcome.send_bytes(pickle.dumps((kind, value)))


def _end_with_the_parent(outcome: Connection) -> None:
    try:
        outcome.recv()
    except EOFError:
        os._exit(1)


def _outcome(children: Sequence[_Child[ResultT]]) -> ResultT | None:
    """The result of the first process, or the error of one, of the first one where it has any to tell."""
    result: ResultT | None = None
    running = {child.outcome: child for child in children}
    while running:
        for ready in wait(list(running)):
            assert isinstance(ready, Connection)
            child = running.pop(ready)
            try:
                value = _received(child)
            except KowairoError:
                # An error that all of them meet is told best by the process that knows the files.
                if children[0].outcome in running and children[0].outcome.poll(_SECONDS_TO_END):
                    _received(children[0])
                raise
            result = value if value is not None else result
    return result


def _received(child: _Child[ResultT]) -> ResultT | None:
    try:
        kind, value = pickle.loads(child.outcome.recv_bytes())  # noqa: S301 - our own child's
    except EOFError:
        child.process.join(_SECONDS_TO_END)
        raise KowairoError(
            f"process {child.rank} ended with status {child.process.exitcode}, without a result"
        ) from None
    if kind == "result":
        result: ResultT | None = value
        return result
    raise InputError(value) if kind == "wrong input" else KowairoError(value)


def _end(children: Sequence[_Child[ResultT]]) -> None:
    for child in children:
        if child.process.is_alive():
            child.process.terminate()
    for child in children:
        child.process.join(_SECONDS_TO_END)
        if child.process.is_alive():
            child.process.kill()
            child.process.join()
        child.outcome.close()
