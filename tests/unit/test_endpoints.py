"""Whether an address is this very machine, and what can be done about who does not answer."""

from __future__ import annotations

import pytest

from media_vm.rules.endpoints import Bind, bind_of, host_of, leads_here
from media_vm.rules.findings import Provider
from media_vm.rules.remedies import remedy_of


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (None, False),
        ("http://127.0.0.1:11434", True),
        ("localhost:1", True),
        ("https://a.example", False),
        ("http://[::1", False),
    ],
)
def test_an_address_leads_here_or_elsewhere(url: str | None, expected: bool) -> None:
    """What is no address leads elsewhere."""
    assert expected == leads_here(url)


@pytest.mark.parametrize(
    ("text", "expected"), [("a.example", ("a.example", False)), ("[::1]:1", ("[::1]:1", True))]
)
def test_plain_text_is_for_this_machine(text: str, expected: tuple[str, bool]) -> None:
    """And for no other."""
    assert expected == host_of(text)
    for wrong in ("http://a.example", "a.example:80", "ftp://a", "https://a/b", "//", "http://[::1"):
        with pytest.raises(ValueError, match="should be a host"):
            host_of(wrong)


@pytest.mark.parametrize(
    ("provider", "reason", "expected"),
    [
        (Provider.OPENAI, "key_refused", "check OPENAI_API_KEY"),
        (Provider.OLLAMA, "unreachable", "check the network and OLLAMA_BASE_URL"),
        (Provider.OPENROUTER, "unreachable", "check the network and MEDIA_VM_OPENROUTER_BASE_URL"),
        (Provider.OLLAMA, "off_schema", "set MEDIA_VM_VISION_MODEL to a model that sees and answers in JSON"),
        (Provider.GOOGLE, "off_schema", "wait: this is the provider's own trouble"),
        (Provider.OPENROUTER, "no_credit", "top up the account"),
    ],
)
def test_each_failure_has_a_remedy(provider: Provider, reason: str, expected: str) -> None:
    """By what it is about."""
    assert expected == remedy_of(provider, reason)


@pytest.mark.parametrize(
    ("text", "expected"), [("127.0.0.1:9464", Bind("127.0.0.1", 9464)), ("[::1]:1", Bind("::1", 1))]
)
def test_an_address_to_listen_on_is_a_host_and_a_port(text: str, expected: Bind) -> None:
    """And is written as it was read."""
    assert (expected, text) == (bind_of(text), str(expected))


@pytest.mark.parametrize(
    "text",
    ["", "9464", ":9464", "a.example", "a.example:0", "a:65536", "a:1/x", "http://a:1", "u@a:1", "[::1", "a:x"],
)
def test_what_nobody_can_listen_on_is_refused(text: str) -> None:
    """With the form that is meant."""
    with pytest.raises(ValueError, match=r"an address and a port, as 127\.0\.0\.1:9464"):
        bind_of(text)
