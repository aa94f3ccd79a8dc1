"""Figure 2: requests a second of `/serve/{id}?size=grid`, beside a plain FastAPI route under the same Granian."""

from __future__ import annotations

import multiprocessing
import socket
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import httpx

from bench.comparison import Comparison, in_turns
from bench.load import LOOPBACK, PROCESSES, Asked, requests_a_second
from bench.photos import Photo
from bench.plain_route import FILE_VARIABLE
from bench.stage import Stage
from examples.demo.processes import Program
from examples.demo.programs import wait_for
from media_vm.adapters.engine import open_migrated
from media_vm.adapters.explaining import media_id_of
from media_vm.adapters.readings import Readings
from media_vm.rules.pictures import Format, Size, Variant

BROWSER = ("Accept", "image/avif,image/webp,*/*;q=0.8")
ROUNDS, PATIENCE = 5, 30.0  # seconds


def compare_serving(photo: Photo, stage: Stage, rounds: int = ROUNDS) -> Iterator[Comparison]:
    """Whole pictures and 304s, one server process each; every answer is checked."""
    media_id, variant = processed(photo, stage)
    port = _start_peer(variant, stage)
    picture, static = f"/serve/{media_id}?size=grid", f"/static/{variant.path.rsplit('/', 1)[-1]}"
    ours = Asked(stage.surroundings.addresses.serve_port, picture, (BROWSER,), 200, variant.bytes)
    plain = Asked(port, f"/plain/{media_id}?size=grid", (BROWSER,), 200, variant.bytes)
    pairs = {
        "200": (ours, "FastAPI FileResponse", plain),
        "304": (again(ours), "Starlette StaticFiles", again(Asked(port, static, (BROWSER,), 304, 0))),
    }
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as generators:
        for status, (asked, peer, theirs) in pairs.items():
            runs = {
                name: partial(requests_a_second, one, generators) for name, one in (("", asked), (peer, theirs))
            }
            rates = in_turns(runs, rounds=rounds, patience=PATIENCE)
            subject = f"serve, {status}, {variant.bytes / 1000:.0f} kB AVIF"
            yield Comparison(subject, "answers", "1/s", rates[""], peer, rates[peer], more_is_better=True)


def processed(photo: Photo, stage: Stage) -> tuple[int, Variant]:
    """The photo through the real worker; its media id and its `grid` as a browser gets it."""
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
    grids = {variant.format: variant for variant in shown.variants if variant.size is Size.GRID}
    return media_id, next(grids[form] for form in Format if form in grids)


def _start_peer(variant: Variant, stage: Stage) -> int:
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
