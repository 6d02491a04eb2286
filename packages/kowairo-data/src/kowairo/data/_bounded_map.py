"""A parallel map in bounded memory."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def bounded_map(
    function: Callable[[_Item], _Result], items: Iterable[_Item], *, threads: int, window: int = 8
) -> Iterator[_Result]:
    """Maps in threads, in the order of the items, with at most threads * window results in memory.

    `Executor.map` reads all of the items before it gives the first result.

    Args:
        function: What is done to each item; releases the interpreter lock if threads are to help.
        items: Any number of items, read as they are needed.
        threads: Number of threads, at least 1.
        window: Items under way per thread.

    Yields:
        The results in the order of the items.
    """
    pending: deque[Future[_Result]] = deque()
    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        try:
            for item in items:
                pending.append(pool.submit(function, item))
                if len(pending) >= max(1, threads) * window:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()
