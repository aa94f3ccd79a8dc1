"""Pictures through the real worker, described by stand-ins of Google Vision and of two models on real sockets."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest
from PIL import Image

from tests.acceptance.machine import run_media_vm, wait_until
from tests.acceptance.watched import GOOGLE_KEY, OPENAI_KEY, Watched, watched_in
from tests.pictures import logo, photo, saved, with_gps
from tests.stand_ins.google_vision import TEXT, Refusal, found
from tests.stand_ins.model_answers import ART, LOGO, RIGHT, SITE
from tests.stand_ins.model_faults import status

FIELDS = {"logo": "logo_image", "product": "product_image", "site": "site_image"}
AWAY = status(503)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with watched_in(tmp_path_factory.mktemp("seeing"), tmp_path_factory.mktemp("drawn")) as running:
        yield running


@pytest.fixture(scope="module")
def told(watched: Watched) -> dict[str, int]:
    """A logo, a product and a site picture of one user, one after the other; their pending ids."""
    pictures = {
        "logo": saved(logo(400, 300), watched.drawn / "logo.png"),
        "product": saved(with_gps(photo(1100, 800)), watched.drawn / "product.jpg"),
        "site": saved(with_gps(photo(1100, 600)), watched.drawn / "site.jpg"),
    }
    ids = {}
    for name, path in pictures.items():
        # Google's crop lies on the left, where no text is safe then.
        watched.google.answer = found(cropHintsAnnotation={}) if name == "site" else found()
        ids[name] = watched.machine.upload(FIELDS[name], path)
        assert ["completed"] == watched.machine.decided(ids[name])
    return ids


def test_a_product_is_told_with_every_field(watched: Watched, told: dict[str, int]) -> None:
    """Each field of contract §2 holds what the provider said that it is taken from; colours are measured."""
    body = watched.machine.callback(told["product"])
    analysis = body["ai_analysis"]

    assert (True, False, []) == (body["ai_enhanced"], body["update"], body["degraded"])
    assert {
        "style": "Impressionist",
        "medium": "Oil on Canvas",
        "subject_matter": ART["subject_matter"],
        "mood_keywords": ART["mood"],
        "description": ART["description"],
        "tags": [*ART["tags"], "Art"],
        "caption": ART["caption"],
        "alt_text": ART["alt_text"],
        "detected_objects": [{"name": "Boat", "confidence": 0.5}],
        "confidence_score": ART["confidence"],
    } == {name: analysis[name] for name in analysis.keys() - _OTHERWISE}
    assert TEXT.replace("\n", " ") == analysis["detected_text"].replace("\n", " ")
    assert analysis["dominant_colors"] and 0 <= analysis["quality_score"] <= 100
    assert _OTHERWISE <= analysis.keys()


def test_a_logo_has_its_own_block(watched: Watched, told: dict[str, int]) -> None:
    """Brand colours are the measured ones, whatever the model says of amber."""
    analysis = watched.machine.callback(told["logo"])["ai_analysis"]

    assert {
        "brand_text": "Nordlicht",
        "logo_type": "combination",
        "brand_elements": LOGO["brand_elements"],
        "trademarks": [*LOGO["trademarks"], "Acme"],
        "works_on_dark": LOGO["works_on_dark"],
        "works_on_light": LOGO["works_on_light"],
    } == analysis["logo"]
    assert analysis["background_removed"] is not None
    assert analysis["brand_colors"] and set(analysis["brand_colors"]) <= set(analysis["dominant_colors"])


def test_a_site_picture_is_seen_in_its_site(watched: Watched, told: dict[str, int]) -> None:
    """The model is told of the user's logo and products, and by the main API what the site is about; the match of
    colours is measured."""
    context = watched.machine.callback(told["site"])["ai_analysis"]["site_context"]
    asked = json.dumps(watched.first.calls[-1].body)

    assert ("banner", ["own", "main_api"], "left") == (
        context["content_class"],
        context["context_used"],
        context["text_safe_area"],
    )
    assert (SITE["suggestions"], SITE["seo_caption"]) == (context["suggestions"], context["seo_caption"])
    assert isinstance(context["brand_match"]["score"], int)
    assert "Oil on Canvas" in asked and "#1E28D2" in asked
    assert "The Festival" in asked and "Paper and ink" in asked


@pytest.mark.parametrize("name", FIELDS)
def test_the_columns_are_filled(watched: Watched, told: dict[str, int], name: str) -> None:
    """What both said is kept, their raw answers too, with who said what."""
    row = watched.row(told[name])
    right = {"logo": LOGO, "product": ART, "site": SITE}[name]

    empty = {column for column, value in row.items() if value in (None, [], {}, "")}
    assert empty <= _EMPTY[name]
    assert right == row["raw_gpt4_response"]
    assert "Sea" in [one["description"] for one in row["raw_google_response"]["labelAnnotations"]]
    assert ("gpt-5.4-mini", f"{_PROMPTS[name]}.v1") == (row["model"], row["prompt_version"])
    assert row["quality_score"] <= row["technical_score"] + 25
    assert ["openai"] == row["provenance"]["caption"]
    assert ("mature", "google") == (row["safety"]["verdict"], row["safety"]["source"])


def test_what_was_sent_is_small_and_bare(watched: Watched, told: dict[str, int]) -> None:
    """All providers alike: JPEG, at most 1024 px, no EXIF, XMP or profile."""
    sent = [one.picture for one in watched.google.asked] + [one.picture or b"" for one in watched.first.calls]

    assert 2 * len(told) == len(sent)
    for body in sent:
        picture = Image.open(io.BytesIO(body))
        assert ("JPEG", True) == (picture.format, max(picture.size) <= 1024)
        assert not {"exif", "xmp", "icc_profile"} & picture.info.keys() and b"SERIAL-4711" not in body


def test_each_call_is_on_the_bill(watched: Watched, told: dict[str, int]) -> None:
    """On this machine a call costs nothing, which is known; tokens are counted all the same."""
    statement = (
        "SELECT provider, model, tokens_in, cost_micro_usd FROM media_ai_usage"
        " JOIN media_files ON media_files.id = media_id WHERE main_api_id = ? ORDER BY media_ai_usage.id"
    )

    assert [
        {"provider": "google", "model": "vision-v1", "tokens_in": None, "cost_micro_usd": 0},
        {"provider": "openai", "model": "gpt-5.4-mini", "tokens_in": 900, "cost_micro_usd": 0},
    ] == watched.select(statement, told["product"])


def test_the_same_pixels_of_another_user_cost_nothing(watched: Watched, told: dict[str, int]) -> None:
    """They are described alike, and nobody is asked."""
    before = watched.calls
    again = watched.machine.upload("product_image", watched.drawn / "product.jpg", user_id=2)

    assert ["completed"] == watched.machine.decided(again)
    assert before == watched.calls
    mine, theirs = (watched.machine.callback(one)["ai_analysis"] for one in (told["product"], again))
    assert mine == theirs


def test_when_the_first_model_is_down_the_second_answers(watched: Watched, told: dict[str, int]) -> None:
    """The picture is whole at once, described by the other model, and no outage is told."""
    watched.first.otherwise = AWAY
    pending_id = watched.machine.upload("product_image", saved(photo(640, 401), watched.drawn / "second.jpg"))

    assert ["completed"] == watched.machine.decided(pending_id)
    watched.first.otherwise = RIGHT
    body = watched.machine.callback(pending_id)
    assert ("Storm at dusk", True, []) == (body["ai_analysis"]["caption"], body["ai_enhanced"], body["degraded"])
    assert ("llava:latest", 1) == (watched.row(pending_id)["model"], len(watched.machine.calls(pending_id)))


def test_while_everybody_is_away_pictures_go_live(watched: Watched, told: dict[str, int]) -> None:
    """Measured and served; once they are back the main API hears of it again, with `update`. Takes longer than
    5 s: two pictures with all their variants."""
    watched.google.answer = Refusal("UNAVAILABLE")
    watched.first.otherwise = watched.second.otherwise = AWAY
    paths = [saved(photo(640, 420 + number), watched.drawn / f"down-{number}.jpg") for number in range(2)]
    ids = [watched.machine.upload("product_image", path) for path in paths]
    wait_until(lambda: all(watched.machine.callback(one) for one in ids))
    early = [watched.machine.callback(one) for one in ids]
    media_ids = [watched.machine.status(one)["media_id"] for one in ids]
    served = [watched.machine.serve.get(f"/serve/{one}?size=grid").status_code for one in media_ids]

    watched.google.answer, watched.first.otherwise, watched.second.otherwise = found(), RIGHT, RIGHT
    assert ["completed"] * 2 == watched.machine.decided(*ids)

    assert [200] * 2 == served
    assert [(False, False, "outage")] * 2 == [
        (one["update"], one["ai_enhanced"], one["degraded"][0]["reason"]) for one in early
    ]
    assert all(one["ai_analysis"]["dominant_colors"] for one in early)
    late = [watched.machine.callback(one) for one in ids]
    assert [(True, True, [], "Storm at dusk")] * 2 == [
        (one["update"], one["ai_enhanced"], one["degraded"], one["ai_analysis"]["caption"]) for one in late
    ]
    keys = [[call["idempotency_key"] for call in watched.machine.calls(one)] for one in ids]
    assert {2, 3} >= {len(set(one)) for one in keys}  # three where they came back apart


def test_no_key_is_anywhere_but_on_the_wire(watched: Watched, told: dict[str, int]) -> None:
    """Providers had theirs; no log, no file and no row has one, and no command tells it. Two commands are two
    processes, which on a busy machine take longer than 5 s."""
    assert GOOGLE_KEY == watched.google.asked[0].headers["x-goog-api-key"]
    assert (
        f"Bearer {OPENAI_KEY}"
        == {name.lower(): value for name, value in watched.first.calls[0].headers.items()}["authorization"]
    )
    folder = watched.machine.surroundings.folder
    said = [json.dumps(watched.machine.explain(told["product"]))]
    said.append(run_media_vm(watched.machine.surroundings, "status", "--json").stdout)
    files = [path for path in folder.rglob("*") if path.is_file() and path != folder / "env"]

    assert {"worker.log", "serve.log", "media_vm.db"} <= {path.name for path in files}
    for secret in (GOOGLE_KEY, OPENAI_KEY, "canary"):
        assert not [path for path in files if secret.encode() in path.read_bytes()]
        assert not [text for text in said if secret in text]


_OTHERWISE = {"quality_score", "dominant_colors", "detected_text"}
_PROMPTS = {"logo": "logo", "product": "product", "site": "sites"}
_NOT_OF_A_PRODUCT = {"brand_colors", "logo", "site_context"}
_OF_ART = {"style_classification", "medium_detected", "composition", "detailed_description"}
_EMPTY = {
    "product": _NOT_OF_A_PRODUCT,
    "logo": {"site_context", "mood_keywords"} | _OF_ART,
    "site": {"brand_colors", "logo"} | _OF_ART,
}
