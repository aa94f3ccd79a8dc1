"""Whether an address is this very machine, and what can be done about who does not answer."""

from __future__ import annotations

import pytest

from media_vm.rules.endpoints import host_of, leads_here
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
