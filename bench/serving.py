"""Figure: answers a second of `/serve/{id}?size=grid`, beside nginx, a FastAPI route, thumbor and ipx."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx

from bench.comparison import FEWEST_ROUNDS, Comparison, in_turns
from bench.load import LOOPBACK, Asked, visit
from bench.peer_installs import has_node
from bench.peer_servers import ipx, nginx_static, thumbor
from bench.photos import Photo
from bench.plain_route import FILE_VARIABLE
from bench.stage import Stage
from bench.wrk import load
from examples.demo.processes import Program
from examples.demo.programs import wait_for
from media_vm.adapters.engine import open_migrated
from media_vm.adapters.explaining import media_id_of
from media_vm.adapters.readings import Readings
from media_vm.rules.pictures import Format, Size, Variant

BROWSER = ("Accept", "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8")  # Chrome for an <img>
ROUNDS, PATIENCE = 5, 20.0  # seconds
IPX, FEW = "ipx, which keeps nothing", 4  # answers


def compare_serving(photo: Photo, stage: Stage, scratch: Path, rounds: int = ROUNDS) -> Iterator[Comparison]:
    """Whole pictures and 304s, one server process each; every answer is checked. NotMeasured.

    thumbor and ipx last: without them the other figures stand all the same.
    """
    folder = scratch / "serve"
    folder.mkdir()
    media_id, variants = processed(photo, stage)
    avif, jpeg = variants[Format.AVIF], variants[Format.JPEG]
    storage = Path(stage.surroundings.media_vm_settings["MEDIA_VM_STORAGE_DIR"])
    port, target = stage.surroundings.addresses.serve_port, f"/serve/{media_id}?size=grid"
    ours = Asked(port, target, (BROWSER,), 200, avif.bytes)
    turns = partial(_compared, f"{avif.bytes / 1000:.0f} kB AVIF", rounds=rounds)
    with nginx_static(folder, storage / avif.path) as static:
        yield from turns(ours, "nginx, static file", static)
        yield from turns(again(ours), "nginx, static file", again(static))
    plain_port = _start_plain(avif, stage)
    plain = Asked(plain_port, f"/plain/{media_id}?size=grid", (BROWSER,), 200, avif.bytes)
    files = Asked(plain_port, f"/static/{avif.path.rsplit('/', 1)[-1]}", (BROWSER,), 304, 0)
    yield from turns(ours, "FastAPI FileResponse", plain)
    yield from turns(again(ours), "Starlette StaticFiles", again(files))
    with thumbor(folder, storage / avif.path) as results:
        yield from turns(ours, "thumbor, result storage", results)
    if not has_node():
        print("bench: ipx is left out, for there is no node and npm on this machine", file=sys.stderr)
        return
    with ipx(storage / avif.path) as made_anew:
        yield _beside_anew(ours, made_anew, f"serve, 200, {avif.bytes / 1000:.0f} kB AVIF")
    as_jpeg = Asked(port, f"{target}&format=jpeg", (BROWSER,), 200, jpeg.bytes)
    with ipx(storage / jpeg.path) as made_anew:
        kilobytes = f"{jpeg.bytes / 1000:.0f} kB JPEG"
        yield from _compared(kilobytes, as_jpeg, IPX, made_anew, rounds=rounds)


def _beside_anew(ours: Asked, theirs: Asked, subject: str) -> Comparison:
    """One AVIF takes all cores for so long that the peer is asked for a few, two at a time."""
    runs = {"ours": lambda: load(ours).rate, "peer": lambda: visit([theirs] * FEW, connections=2)}
    rates = in_turns(runs, rounds=FEWEST_ROUNDS, patience=PATIENCE)
    return Comparison(subject, "answers", "1/s", rates["ours"], IPX, rates["peer"], more_is_better=True)


def _compared(picture: str, ours: Asked, peer: str, theirs: Asked, *, rounds: int) -> Iterator[Comparison]:
    """Answers a second, and what 99 of 100 answers took at most, each of the two with 16 connections."""
    runs = {"ours": partial(load, ours), "peer": partial(load, theirs)}
    loads = in_turns(runs, rounds=rounds, patience=PATIENCE)
    mine, others, subject = loads["ours"], loads["peer"], f"serve, {ours.status}, {picture}"
    rates = [tuple(one.rate for one in side) for side in (mine, others)]
    yield Comparison(subject, "answers", "1/s", rates[0], peer, rates[1], more_is_better=True)
    slowest = [tuple(one.p99_milliseconds for one in side) for side in (mine, others)]
    yield Comparison(subject, "p99 of 16 connections", "ms", slowest[0], peer, slowest[1])


def processed(photo: Photo, stage: Stage) -> tuple[int, dict[Format, Variant]]:
    """The photo through the real worker; its media id and its `grid` in each format."""
    pending_ids = stage.upload([photo.picture])
    stage.work({})
    engine = open_migrated(stage.surroundings.database_url)
    try:
        media_id = media_id_of(engine, pending_ids[0])
        shown = Readings(engine).look_up(media_id) if media_id else None
    finally:
        engine.dispose()
    assert media_id is not None
    assert shown is not None
    return media_id, {variant.format: variant for variant in shown.variants if variant.size is Size.GRID}


def _start_plain(variant: Variant, stage: Stage) -> int:
    """The plain route on a free port, with serve's own settings."""
    with socket.create_server((LOOPBACK, 0)) as probe:
        port: int = probe.getsockname()[1]
    settings = stage.surroundings.program("", "").variables
    file = f"{settings['MEDIA_VM_STORAGE_DIR']}/{variant.path}"
    variables = {**settings, "MEDIA_VM_SERVE_PORT": str(port), FILE_VARIABLE: file}
    stage.processes.start(Program("plain_route", ("bench.plain_route",), variables))
    wait_for(f"http://{LOOPBACK}:{port}/plain/1", stage.processes)
    return port


def again(asked: Asked) -> Asked:
    """The same question of a browser that has the picture already."""
    answer = httpx.get(f"http://{LOOPBACK}:{asked.port}{asked.target}", headers=[*asked.headers], trust_env=False)
    headers = (*asked.headers, ("If-None-Match", answer.headers["etag"]))
    return Asked(asked.port, asked.target, headers, 304, 0)
