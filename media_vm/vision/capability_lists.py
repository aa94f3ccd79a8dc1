"""What Ollama's own API and OpenRouter's list tell of their models: capped, timed, and read with suspicion."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from media_vm.errors import ProviderDown, TooSlow
from media_vm.vision.model_failures import FormatRefused, retry_after_of, status_failure
from media_vm.vision.model_json import body_of
from media_vm.vision.model_setup import ModelSetup

if TYPE_CHECKING:
    import httpx2

LONGEST_LIST: Final = 4_000_000  # bytes; OpenRouter's list of some 400 models has less than one million
_MOST_MODELS: Final = 5_000
_MOST_SHOWN: Final = 30  # models that an old Ollama is asked about one by one
_EYES: Final = ("clip", "mllama")  # families of a model's parts, from before there were capabilities


class ModelLists:
    """One look at one server, with what it said on the way."""

    def __init__(self, setup: ModelSetup, within: timedelta) -> None:
        self._setup = setup
        self._ends = time.monotonic() + min(within, setup.call_timeout).total_seconds()
        self._capabilities: dict[str, list[Any]] = {}
        self._shown = 0

    def of_ollama(self) -> list[str]:
        """The names of the models there, in the server's order (`GET /api/tags`)."""
        names = []
        for one in _dicts(self._get("/api/tags").get("models"))[:_MOST_MODELS]:
            name = one.get("name") or one.get("model")
            if isinstance(name, str) and 0 < len(name) <= 200:
                names.append(name)
                if isinstance(one.get("capabilities"), list):
                    self._capabilities[name] = one["capabilities"]
        return names

    def sees(self, name: str) -> bool:
        """As the list said; of an older server's model as `POST /api/show` says; of the oldest's by its parts."""
        if name in self._capabilities:
            return _sees(self._capabilities[name])
        if self._shown == _MOST_SHOWN:
            return False
        self._shown += 1
        shown = self._post("/api/show", {"model": name})
        if isinstance(shown.get("capabilities"), list):
            return _sees(shown["capabilities"])
        details, info = shown.get("details"), shown.get("model_info")
        families = details.get("families") if isinstance(details, dict) else None
        has_eyes = isinstance(families, list) and any(one in _EYES for one in families)
        return has_eyes or (isinstance(info, dict) and any(".vision." in str(key) for key in info))

    def of_openrouter(self) -> dict[str, bool]:
        """Which of its models take pictures (`GET /models`)."""
        seeing = {}
        for one in _dicts(self._get("/models").get("data"))[:_MOST_MODELS]:
            made = one.get("architecture")
            takes = made.get("input_modalities") if isinstance(made, dict) else None
            if isinstance(one.get("id"), str):
                seeing[one["id"]] = isinstance(takes, list) and "image" in takes
        return seeing

    def of_openai(self) -> frozenset[str]:
        """The names of the models that a key may use (`GET /models`)."""
        there = _dicts(self._get("/models").get("data"))[:_MOST_MODELS]
        return frozenset(one["id"] for one in there if isinstance(one.get("id"), str))

    def key_of_openrouter(self) -> None:
        """OpenRouter's list of models is open to all; its word on a key (`GET /key`) is not."""
        self._get("/key")

    def _get(self, path: str) -> dict[str, Any]:
        return self._asked("GET", path, None)

    def _post(self, path: str, body: dict[str, str]) -> dict[str, Any]:
        return self._asked("POST", path, body)

    def _asked(self, method: str, path: str, body: dict[str, str] | None) -> dict[str, Any]:
        """ProviderDown, TooSlow, Misconfigured: as a model's call, but no garbage is anyone's fault but theirs."""
        import httpx2

        from media_vm.vision.model_wire import capped_client, exchange

        who = self._setup.provider
        left = timedelta(seconds=self._ends - time.monotonic())
        if left <= timedelta(0):
            raise TooSlow("too_slow", f"{who} did not list its models in time")
        try:
            with exchange(left, LONGEST_LIST), capped_client(self._key()) as client:
                response = client.request(method, self._setup.root + path, json=body)
        except httpx2.TimeoutException:
            raise TooSlow("too_slow", f"{who} did not list its models in time") from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise ProviderDown(
                "unreachable", f"{who} cannot be asked for its models ({type(error).__name__})"
            ) from None
        return self._read(response)

    def _read(self, response: httpx2.Response) -> dict[str, Any]:
        who = self._setup.provider
        body = body_of(response.content)
        if not response.is_success and response.status_code != 404:
            retry_after = retry_after_of(response.headers.get("Retry-After", ""))
            failure = status_failure(who, self._setup.model or "", response.status_code, body, retry_after)
            if not isinstance(failure, FormatRefused):
                raise failure
        if not response.is_success or body is None:
            raise ProviderDown("not_the_api", f"{who} has no list of models where one should be")
        return body

    def _key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._setup.key}"} if self._setup.key else {}


def _sees(capabilities: list[Any]) -> bool:
    """It takes pictures and answers in words."""
    return "vision" in capabilities and "embedding" not in capabilities


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
