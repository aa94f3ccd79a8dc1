"""`media-vm doctor` on whoever is asked over the network: the main API, our own address, providers of AI."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.integration.doctors_home import Home, Others
from tests.stand_ins.google_vision import Refusal
from tests.stand_ins.model_faults import status


def test_a_wrong_key(home: Home) -> None:
    """The main API's refusal."""
    home.key_file.write_text("not-this-one")
    assert (1, "main API", "problem", "it refuses our key (401) → set MAIN_API_KEY to the key") == _cut(
        home.one("main-api"), 54
    )


def test_a_main_api_that_is_away(home: Home) -> None:
    """Nobody listens there."""
    code, what, state, said = home.one("main-api", MAIN_API_URL="http://127.0.0.1:9")

    assert (1, "main API", "problem") == (code, what, state)
    assert "cannot be reached" in said and "check MAIN_API_URL, DNS and the firewall" in said


def test_somebody_else_at_the_main_apis_address(home: Home) -> None:
    """A page for people, and a 404."""
    home.api.listed = lambda _: b"<html>Welcome</html>"
    page = home.one("main-api")
    elsewhere = home.one("main-api", MAIN_API_URL=f"{home.api.url}/v2")

    assert "no pending list → check MAIN_API_URL" in page[3]
    assert "(404) → check MAIN_API_URL: it is the part before /api/media" in elsewhere[3]


def test_a_clock_that_is_off(home: Home) -> None:
    """Ours or theirs: `timedatectl` shows which."""
    home.api.skew = -90
    slow = home.one("main-api")
    home.api.skew = 20

    assert (1, "clock: the main API", "problem") == slow[:3]
    assert "s ahead of that of the main API" in slow[3] and "let NTP keep both clocks" in slow[3]
    assert (0, "clock: the main API", "warning") == home.one("main-api")[:3]


def test_a_certificate_that_expires(home: Home, others: Others) -> None:
    """Of the main API, whom we would be cut off from; its day is told."""
    code, what, state, said = home.one("main-api", MAIN_API_URL=others.public)

    assert (0, "main API: certificate", "warning") == (code, what, state)
    assert f"valid until {datetime.now(UTC) + timedelta(1):%Y-%m-%d}, 0 more days → renew it" in said


def test_a_public_address_that_nobody_answers_at(home: Home) -> None:
    """Serve is not running, or nginx is not."""
    code, ill = home.found("public-url", MEDIA_BACKEND_URL="https://127.0.0.1:9")

    assert (1, ["MEDIA_BACKEND_URL", "MEDIA_BACKEND_URL: reach"]) == (code, [*ill])
    assert "start `media-vm serve`" in ill["MEDIA_BACKEND_URL"][1]


def test_a_public_address_for_this_machine_alone(home: Home) -> None:
    """As the default is: fine for a demo."""
    plain = home.one("public-url", MEDIA_BACKEND_URL=home.api.url)

    assert (0, "MEDIA_BACKEND_URL: reach", "warning") == plain[:3]
    assert "set MEDIA_BACKEND_URL to the public https:// address" in plain[3]


def test_a_provider_that_refuses_the_key(home: Home) -> None:
    """And the embedder, which has the same."""
    home.model.script(status(401), at="/models")
    home.model.script(status(401), at="/embeddings")
    code, ill = home.found("ai")

    assert (1, ["AI: openai", "AI: openai, embeddings"]) == (code, [*ill])
    assert all("check OPENAI_API_KEY" in said for _, said in ill.values())


def test_google_refuses_the_key(home: Home, others: Others) -> None:
    """A wrong key is told from a wrong request by its cause alone."""
    others.google.first.append(Refusal("INVALID_ARGUMENT", cause="API_KEY_INVALID"))
    code, what, state, said = home.one("ai")

    assert (1, "AI: google", "problem") == (code, what, state)
    assert "does not know our key → check GOOGLE_API_KEY" in said
    assert () == others.google.asked[-1].features


def test_a_model_that_is_not_there(home: Home) -> None:
    """A slip in its name costs every picture its description."""
    code, what, state, said = home.one("ai", MEDIA_VM_VISION_MODEL="openai=gpt-5.4-mino")

    assert (1, "AI: openai", "problem") == (code, what, state)
    assert "→ set MEDIA_VM_VISION_MODEL to a model that sees" in said


def test_a_server_that_lists_no_models(home: Home) -> None:
    """Whether it takes the key it would only tell for money."""
    home.model.script(status(404), at="/models")
    code, what, state, said = home.one("ai")

    assert (0, "AI: openai", "warning") == (code, what, state)
    assert "`media-vm ai probe` asks one true question" in said


def _cut(told: tuple[int, str, str, str], most: int) -> tuple[int, str, str, str]:
    return *told[:3], told[3][:most]
