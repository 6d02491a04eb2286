"""Worker processes that neither inherit anything from their parent nor outlive it."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import wait
from typing import TypeVar

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


def map_in_processes(
    function: Callable[[_Task], _Result], tasks: Sequence[_Task], *, workers: int, chunk: int = 4
) -> Iterator[_Result]:
    """Apply a function to tasks, in order, in processes of their own.

    A spawned process inherits no threads and no locks, whatever the caller has imported before. When the
    caller is killed, its workers end with it; left to themselves they would wait for work for ever.

    Args:
        function: a function of a module, so that it can be named to another process.
        tasks: arguments, picklable.
        workers: processes; 1 works in this process.
        chunk: tasks handed over at a time.

    Yields:
        The results in the order of the tasks.
    """
    if workers == 1:
        yield from map(function, tasks)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_end_with_parent) as pool:
        yield from pool.map(function, tasks, chunksize=chunk)


def _end_with_parent() -> None:
    """Start a thread that ends this process as soon as its parent is gone."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent.sentinel,), daemon=True).start()


def _watch(sentinel: int) -> None:
    """Wait for the parent's end; a killed parent leaves nobody to report to, hence no clean-up."""
    wait([sentinel])
    os._exit(1)
