"""Figure: the shipped nginx's answers from its cache beside nginx's static files, and what slow clients cost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from http.client import HTTPConnection
from pathlib import Path

from bench.comparison import Comparison, NotMeasured, in_turns
from bench.load import LOOPBACK, Asked
from bench.peer_servers import STATIC
from bench.photos import Photo
from bench.serving import BROWSER, PATIENCE, ROUNDS, again, processed
from bench.stage import Stage
from bench.wrk import load
from media_vm.rules.percentiles import percentile
from media_vm.rules.pictures import Format
from tests.private_nginx import Front, free_port, nginx_in_front
from tests.slow_clients import Begin, half_a_body, half_a_head, never_reads, slow_clients

VISITORS, ANSWER_SECONDS = 300, 30
MOST_MILLISECONDS = 500.0  # what was asked for
SLOW: dict[Begin, int] = {half_a_head: 120, half_a_body: 60, never_reads: 20}


def compare_front(photo: Photo, stage: Stage, scratch: Path, rounds: int = ROUNDS) -> Iterator[Comparison]:
    """One nginx process that holds both; then new visitors' waits beside slow clients. NotMeasured."""
    media_id, variants = processed(photo, stage)
    variant = variants[Format.AVIF]
    static_port, root = free_port(), stage.surroundings.media_vm_settings["MEDIA_VM_STORAGE_DIR"]
    static = STATIC.format(host=LOOPBACK, port=static_port, root=root)
    serve_port, picture = stage.surroundings.addresses.serve_port, f"/serve/{media_id}?size=grid"
    with nginx_in_front(scratch / "nginx", serve_port, more=static) as front:
        ours = Asked(front.port, picture, (BROWSER,), 200, variant.bytes)
        theirs = Asked(static_port, f"/{variant.path}", (BROWSER,), 200, variant.bytes)
        for status, kept, file in ((200, ours, theirs), (304, again(ours), again(theirs))):
            runs = {"kept": partial(load, kept), "file": partial(load, file)}
            loads = in_turns(runs, rounds=rounds, patience=PATIENCE)
            rates = [tuple(one.rate for one in loads[name]) for name in runs]
            subject, peer = f"nginx, kept, {status}, {variant.bytes / 1000:.0f} kB AVIF", "nginx, static file"
            yield Comparison(subject, "answers", "1/s", rates[0], peer, rates[1], more_is_better=True)
        yield from _beside_slow_clients(front, picture)


def _beside_slow_clients(front: Front, picture: str) -> Iterator[Comparison]:
    """The slowest hundredth of visitors, each on a connection of its own; every second one fills the cache."""
    alone = _wait_of_most(front, picture)
    with slow_clients((LOOPBACK, front.port), SLOW, picture):
        beside = _wait_of_most(front, picture)
    subject = f"nginx, {VISITORS} visitors, p99"
    count = sum(SLOW.values())
    bar = (MOST_MILLISECONDS,)
    yield Comparison(subject, f"answer beside {count} slow clients", "ms", (beside,), "asked for (stated)", bar)
    yield Comparison(subject, "answer beside none", "ms", (alone,), is_contest=False)


def _wait_of_most(front: Front, picture: str) -> float:
    """Milliseconds that 99 of 100 visitors stay below."""
    waits = [
        _wait(front, picture if visitor % 2 else f"{picture}&visitor={visitor}") for visitor in range(VISITORS)
    ]
    most = percentile(waits, 0.99)
    assert most is not None
    return most


def _wait(front: Front, picture: str) -> float:
    """Milliseconds from connecting to the last byte. NotMeasured unless a picture came."""
    began = time.perf_counter()
    connection = HTTPConnection(LOOPBACK, front.port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", picture, headers=dict([BROWSER]))
        answer = connection.getresponse()
        answer.read()
    finally:
        connection.close()
    if answer.status != 200:
        raise NotMeasured(f"{picture} was answered by {answer.status}")
    return (time.perf_counter() - began) * 1000
