"""The cheap parts of the bench, so that `make bench` is not the first to notice that they broke."""

from __future__ import annotations

import json
import shutil
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from bench import photos, plain_route
from bench.__main__ import main
from bench.analysis import compare_analysis
from bench.comparison import Comparison, NotMeasured, in_turns
from bench.load import CONNECTIONS, Asked, visit, waits
from bench.metering import metered
from bench.photos import HANDFUL, Photo, choose, enlarged, given_logos
from bench.renderers import one_decode, pillow, pipeline_a_variant
from bench.table import as_json, as_table
from bench.variants import MEASURES, compare_variants
from examples.demo.gathering import Picture
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.studio import Studio
from tests import pictures

FASTER = Comparison("a.jpg", "CPU", "s", (1.0, 2.0, 4.0), "Pillow", (5.0, 6.0, 7.0))
FLAWLESS = Comparison("card", "off by", "levels", (0.0,), "Pillow", (1.0,))
ALONE = Comparison("logos", "halo", "levels", (3.0,))
MORE = Comparison("serve", "answers", "1/s", (3000.0,), "FastAPI", (1500.0,), more_is_better=True)
LIMIT = timedelta(seconds=30)
BODY = b"picture" * 20_000  # more than one read


@pytest.fixture
def tiny(tmp_path: Path) -> Photo:
    path = pictures.saved(pictures.photo(160, 120), tmp_path / "tiny.jpg")
    return Photo(Picture(path, "product_image", "image/jpeg"), "tiny")


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


@contextmanager
def http_server() -> Iterator[int]:
    """Answers 200 with BODY, 304 to a validator, 404 to /none, and breaks off for /cut; its port."""

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            is_known = "If-None-Match" in self.headers
            self.send_response(304 if is_known else 404 if self.path == "/none" else 200)
            if not is_known:
                self.send_header("Content-Length", str(len(BODY)))
            self.end_headers()
            if not is_known:
                self.wfile.write(BODY[:10] if self.path == "/cut" else BODY)
            self.close_connection = self.path == "/cut"

        def log_message(self, *_: object) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 2 * CONNECTIONS

        def handle_error(self, *_: object) -> None:
            """A generator that hangs up is no news."""

    with Server(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


@pytest.mark.parametrize(("comparison", "ratio"), [(FASTER, 3.0), (MORE, 2.0), (ALONE, None), (FLAWLESS, None)])
def test_a_ratio_says_how_many_times_better_we_are(comparison: Comparison, ratio: float | None) -> None:
    """Of medians, whether little or much is good; without a peer there is none, nor of no error at all."""
    assert ratio == comparison.ratio


def test_the_table_states_median_and_spread() -> None:
    """Aligned columns; a single sample has no spread; without a peer its cells are empty."""
    assert as_table([FASTER, MORE, ALONE]).splitlines() == [
        "| what  | measure      | media VM | peer    | peer's  | ratio  |",
        "|-------|--------------|----------|---------|---------|--------|",
        "| a.jpg | CPU, s       | 2 (1–4)  | Pillow  | 6 (5–7) | × 3.00 |",
        "| serve | answers, 1/s | 3,000    | FastAPI | 1,500   | × 2.00 |",
        "| logos | halo, levels | 3        |         |         |        |",
    ]


def test_json_has_every_sample_and_the_cores() -> None:
    """A program can do its own statistics."""
    story = json.loads(as_json([FASTER, ALONE]))
    assert [1.0, 2.0, 4.0] == story["figures"][0]["media_vm"]["samples"]
    assert {"name": "Pillow", "median": 6.0, "min": 5.0, "max": 7.0, "samples": [5.0, 6.0, 7.0]} == (
        story["figures"][0]["peer"]
    )
    assert (None, None) == (story["figures"][1]["peer"], story["figures"][1]["ratio"])
    assert story["machine"]["cores"] > 0


@pytest.mark.parametrize(("patience", "order"), [(60.0, "abbaab"), (-1.0, "abba")])
def test_contenders_take_turns(patience: float, order: str) -> None:
    """Every other round backwards; with patience gone, two rounds and no more."""
    told: list[str] = []
    in_turns({name: partial(told.append, name) for name in "ab"}, rounds=3, patience=patience)
    assert order == "".join(told)


def test_metering_tells_waiting_working_and_memory_apart() -> None:
    """CPU is not wall time, and one call's peak is not the next one's."""
    large = metered(lambda: np.ones(50_000_000, dtype=np.uint8).sum())
    waiting = metered(time.sleep, 0.1)
    assert waiting.wall_seconds >= 0.1 > waiting.cpu_seconds
    assert large.cpu_seconds > 0
    assert large.peak_megabytes - waiting.peak_megabytes > 30


def test_all_ways_lead_to_the_same_pictures(tiny: Photo, tmp_path: Path) -> None:
    """Six sizes in three formats from each peer; ours of the same width and height, without what is not kept."""
    with closing(ChildPool(1)) as children:
        made = {}
        for render in (one_decode, pipeline_a_variant, pillow):
            into = tmp_path / render.__name__
            into.mkdir()
            children.run(render, tiny.path, into, limit=LIMIT)
            made[render] = {path.name: size_of(path) for path in into.iterdir()}
    assert 18 == len(made[pillow])
    assert made[pillow] == made[pipeline_a_variant]
    assert made[one_decode].items() <= made[pillow].items()
    assert {"grid.jpg", "header.jpg"} <= made[one_decode].keys()


def test_variants_are_compared_with_both_peers(tiny: Photo, tmp_path: Path) -> None:
    """Wall, CPU and memory against each, all of them above nothing; no variant is left behind."""
    compared = list(compare_variants([tiny], tmp_path, rounds=2))
    expected = [(peer, measure) for peer in ("a pipeline a variant", "Pillow") for measure in MEASURES]
    assert expected == [(one.peer, one.measure) for one in compared]
    assert all(min(*one.ours, *one.theirs) > 0 for one in compared)
    assert ["tiny.jpg"] == [path.name for path in tmp_path.iterdir()]


def test_analysis_is_compared_in_milliseconds(tiny: Photo) -> None:
    """Every round gives a time of ours and of the peer; the median stands beside the 60 ms that were asked for."""
    with closing(ChildPool(1)) as children:
        compared, asked = compare_analysis([tiny], children, rounds=2)
    assert ((statistics.median(compared.ours),), (60.0,)) == (asked.ours, asked.theirs)
    assert (2, 2, True) == (len(compared.ours), len(compared.theirs), min(*compared.ours, *compared.theirs) > 0)


def test_the_load_generator_counts_right_answers() -> None:
    """Whole bodies and 304s, over connections that stay open."""
    with http_server() as port:
        whole = visit([Asked(port, "/", (), 200, len(BODY))] * 2 * CONNECTIONS)
        unchanged = visit([Asked(port, "/", (("If-None-Match", '"x"'),), 304, 0)] * 2 * CONNECTIONS)
    assert min(whole, unchanged) > 0


def test_visits_are_made_to_the_last() -> None:
    """Of any number, whole pictures and errors with their bodies in turn; each wait is one answer's."""
    with http_server() as port:
        asked = [Asked(port, "/none", (), 404, 0), Asked(port, "/", (), 200, len(BODY))] * (CONNECTIONS + 1)
        told = waits(port, asked)
        assert visit(iter(asked)) > 0
    assert (len(asked), True) == (len(told), min(told) > 0)


@pytest.mark.parametrize(
    ("target", "status", "length"), [("/", 304, 0), ("/", 200, len(BODY) + 1), ("/cut", 200, len(BODY))]
)
def test_a_wrong_answer_is_no_figure(target: str, status: int, length: int) -> None:
    """Another status, another length, a body cut short."""
    with http_server() as port, pytest.raises(NotMeasured, match=target):
        visit([Asked(port, target, (), status, length)])


def test_the_plain_route_serves_the_file_it_is_given(tiny: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    """The peer does send the bytes, and its static files answer 304."""
    monkeypatch.setenv(plain_route.FILE_VARIABLE, str(tiny.path))
    with TestClient(plain_route.app()) as client:
        assert tiny.path.read_bytes() == client.get("/plain/789?size=grid").content
        tag = client.get("/static/tiny.jpg").headers["etag"]
        assert 304 == client.get("/static/tiny.jpg", headers={"If-None-Match": tag}).status_code


def test_own_photos_are_those_that_can_be_read(tiny: Photo, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no picture is named and left out."""
    (tiny.path.parent / "notes.txt").write_text("no picture")
    with closing(ChildPool(1)) as children:
        chosen = choose(tiny.path.parent, tiny.path.parent, Studio(children))
    assert ["tiny.jpg 0.0 MP"] == [photo.label for photo in chosen]
    assert "notes.txt is left out (not_a_picture)" in capsys.readouterr().err


def test_given_pictures_are_measured_the_handful_first(
    tiny: Photo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a folder of one's own, those beside the project; own logos count, else the given ones."""
    given, own = tmp_path / "given", tmp_path / "own"
    names = ["aaa.jpg", HANDFUL[0], HANDFUL[-1], "logos/given.png"]
    for path in [*(given / "photos" / name for name in names[:3]), given / names[3], own / "logos" / "own.png"]:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tiny.path, path)
    monkeypatch.setattr(photos, "GIVEN", given)
    with closing(ChildPool(1)) as children:
        some, everything = (choose(None, tmp_path, Studio(children), most) for most in (2, 9))
    assert [HANDFUL[0], HANDFUL[-1]] == [photo.path.name for photo in some]
    assert {*names[:3]} == {photo.path.name for photo in everything}
    found = [[logo.name for logo in given_logos(folder)] for folder in (None, own, tmp_path)]
    assert [["given.png"], ["own.png"], []] == found


def test_an_enlarged_photo_is_the_same_every_time(tiny: Photo, tmp_path: Path) -> None:
    """About as many pixels as asked for, in the same shape, the grain seeded."""
    first, second = (enlarged(tiny.path, tmp_path / name, 300_000) for name in ("a.jpg", "b.jpg"))
    assert (632, 474) == size_of(first)
    assert first.read_bytes() == second.read_bytes()


def test_a_folder_without_pictures_is_a_usage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2, as for every wrong setting."""
    monkeypatch.setenv("PHOTOS", str(tmp_path))
    assert 2 == main(["--only", "analysis"])
