"""Load and hostility on loopback: `kowairo serve` in a process of its own, clients in this one.

    python benchmarks/inference/bench_server.py --encoder base --corpus DIR --requests 200 --hostile 500

Clients ask `POST /verify` over kept connections, one after another; every request has another recording. The
server's resident memory is read from /proc before and during. Then hostile uploads, each of which must get a
4xx with a reason.
"""

import argparse
import http.client
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from hostile_uploads import HOSTILE, HostileUpload

from kowairo.core import Corpus

BOUNDARY = "kowairo-bench-boundary"
PATIENCE_S = 600


@contextmanager
def server(encoder: str, workers: int) -> Iterator[tuple[str, int, int]]:
    """Start a server; its host, port and process number."""
    command = [sys.executable, "-m", "kowairo.cli.main", "serve", "--encoder", encoder, "--port", "0"]
    command += ["--workers", str(workers), "--requests_per_minute", "1000000", "--concurrent", "32"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    try:
        url = urlsplit(process.stdout.readline().split()[0])
        yield url.hostname, url.port, process.pid
    finally:
        process.terminate()
        process.wait()


def form(fields: dict[str, str], files: dict[str, bytes]) -> bytes:
    """A multipart form with files by their names."""
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; "
    parts = [f'{head}name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    for file, content in files.items():
        parts += [f'{head}name="audio"; filename="{file}"\r\n\r\n'.encode(), content, b"\r\n"]
    return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


def post(
    connection: http.client.HTTPConnection, path: str, body: bytes, length: int | None = None
) -> tuple[int, dict]:
    """Send a form; status and body of the answer."""
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    if length is not None:
        headers["Content-Length"] = str(length)
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def memory_mib(process: int) -> float:
    """Resident memory."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def cpu_s(process: int) -> float:
    """CPU seconds of a process so far, user and system."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def verify_load(
    place: tuple[str, int], process: int, bodies: list[bytes], *, clients: int, requests: int
) -> tuple[np.ndarray, list[float], float, Counter]:
    """Latencies in s, memory in MiB after each tenth of the requests, seconds of the whole, and statuses."""

    def client(number: int) -> tuple[list[float], list[float], Counter]:
        connection = http.client.HTTPConnection(*place, timeout=PATIENCE_S)
        taken, memory, statuses = [], [], Counter()
        for turn in range(requests):
            begin = time.perf_counter()
            status, _ = post(connection, "/verify", bodies[(number * requests + turn) % len(bodies)])
            taken.append(time.perf_counter() - begin)
            statuses[status] += 1
            if number == 0 and (turn + 1) % max(1, requests // 10) == 0:
                memory.append(memory_mib(process))
        connection.close()
        return taken, memory, statuses

    begin = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        found = list(pool.map(client, range(clients)))
    taken = np.array([one for times, _, _ in found for one in times])
    return taken, found[0][1], time.perf_counter() - begin, sum((one for *_, one in found), Counter())


def send_hostile(place: tuple[str, int], upload: HostileUpload) -> tuple[int, str]:
    """Status and reason of one hostile upload."""
    connection = http.client.HTTPConnection(*place, timeout=PATIENCE_S)
    try:
        body = form({"name": "日向"}, {upload.file: upload.content})
        status, told = post(connection, upload.path, body, upload.declared_bytes)
        return status, told["reason"]
    finally:
        connection.close()


def main() -> None:
    """Print tables for benchmarks/results/server.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", default="base")
    parser.add_argument("--corpus", type=Path, required=True, help="Kaldi folder of real voices")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--requests", type=int, default=200, help="of each client")
    parser.add_argument("--workers", type=int, default=2, help="of the server")
    parser.add_argument("--hostile", type=int, default=500)
    options = parser.parse_args()
    corpus = Corpus.read(options.corpus.absolute())
    voices = {f"声 {voice}": corpus.spk2utt[voice] for voice in corpus.speakers[::2]}
    lines = {utt: corpus.audio[utt].path.read_bytes() for utts in voices.values() for utt in utts}
    with server(options.encoder, options.workers) as (host, port, process):
        place, connection = (host, port), http.client.HTTPConnection(host, port, timeout=PATIENCE_S)
        bodies = []
        for name, utts in voices.items():
            post(connection, "/enroll", form({"name": name}, {f"{utt}.ogg": lines[utt] for utt in utts[:3]}))
            bodies += [form({"name": name}, {f"{utt}.ogg": lines[utt]}) for utt in utts[3:]]
        for body in bodies[:20]:
            post(connection, "/verify", body)
        before = memory_mib(process)
        report_load(place, process, bodies, before, options)
        report_hostility(place, process, list(lines.values()), options.hostile)


def report_load(
    place: tuple[str, int], process: int, bodies: list[bytes], before: float, options: argparse.Namespace
) -> None:
    cpu_before = cpu_s(process)
    taken, memory, whole_s, statuses = verify_load(
        place, process, bodies, clients=options.clients, requests=options.requests
    )
    cpu_ms = 1000 * (cpu_s(process) - cpu_before) / len(taken)
    print(f"{options.encoder}, {options.workers} workers, {options.clients} clients x {options.requests}")
    print("| statuses | requests/s | median ms | p95 ms | p99 ms | most ms | CPU ms per request |")
    print("|---|---|---|---|---|---|---|")
    median, p95, p99 = 1000 * np.percentile(taken, [50, 95, 99])
    print(
        f"| {dict(statuses)} | {len(taken) / whole_s:.1f} | {median:.0f} | {p95:.0f} | {p99:.0f} "
        f"| {1000 * taken.max():.0f} | {cpu_ms:.0f} |"
    )
    print(f"memory MiB: {before:.0f} before, then {', '.join(f'{one:.0f}' for one in memory)}")


def report_hostility(place: tuple[str, int], process: int, recordings: list[bytes], count: int) -> None:
    rng = np.random.default_rng(0)
    before, found = memory_mib(process), Counter()
    for number in range(count):
        kind = list(HOSTILE)[number % len(HOSTILE)]
        upload = HOSTILE[kind](rng, recordings[int(rng.integers(len(recordings)))])
        status, reason = send_hostile(place, upload)
        found[kind, status, reason] += 1
    print("\n| hostile upload | status | reason | times |\n|---|---|---|---|")
    for (kind, status, reason), times in sorted(found.items()):
        print(f"| {kind} | {status} | {reason} | {times} |")
    refused = sum(times for (_, status, reason), times in found.items() if 400 <= status < 500 and reason)
    connection = http.client.HTTPConnection(*place, timeout=PATIENCE_S)
    connection.request("GET", "/health")
    health = connection.getresponse().status
    print(f"{refused} of {count} refused with a 4xx and a reason; health afterwards {health}")
    print(f"memory MiB: {before:.0f} before, {memory_mib(process):.0f} after")


if __name__ == "__main__":
    main()
