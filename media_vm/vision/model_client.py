"""One call through the `openai` client: within its time and its bytes, on the bill, its errors in our words."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from media_vm.errors import ProviderDown, StepFailed, TooSlow, TryAgain
from media_vm.rules.findings import Call, Provider
from media_vm.vision.model_failures import FormatRefused, error_in, retry_after_of, status_failure
from media_vm.vision.model_json import body_of
from media_vm.vision.model_setup import ModelSetup
from media_vm.vision.model_usage import Usage, request_id_of, usage_of

if TYPE_CHECKING:
    import httpx2
    import openai

LONGEST_ANSWER: Final = 2_000_000  # bytes; a model's answer has some thousand, 32 vectors of 3,072 numbers 1.3 MB
ENOUGH_TO_CONNECT: Final = timedelta(seconds=1)  # who had less, at a budget's end, says nothing of the server
_NO_KEY: Final = "none"  # the client insists on one, and would take OPENAI_API_KEY, which is nobody else's


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer as an object, and what is written on the bill beside its tokens."""

    body: dict[str, Any]
    request_id: str | None
    ms: int


class ModelClient:
    """Every call that was billed or failed is told to `bill`, once. Safe to share among threads."""

    def __init__(self, setup: ModelSetup, bill: Callable[[Call], None]) -> None:
        self.setup = setup
        self._bill = bill
        self._lock = threading.Lock()
        self._made: openai.OpenAI | None = None

    def call(self, task: str, model: str, send: Callable[[openai.OpenAI], Any], within: timedelta) -> Reply:
        """What `send` got, which calls a `with_raw_response` method. The caller bills an answer (`settle`).

        ProviderDown, Misconfigured, TooSlow, TryAgain, FormatRefused: those calls are billed here.
        """
        if within <= timedelta(0):  # nothing was asked, so nothing is billed
            raise TooSlow("too_slow", f"no time was left to ask {self.setup.provider}")
        began, request_id = time.monotonic(), None
        try:
            response = self._sent(send, min(within, self.setup.call_timeout))
            request_id = request_id_of(response.headers.get("x-request-id"))
            body = self._body(response, model)
        except (StepFailed, FormatRefused) as failure:
            reason = failure.reason if isinstance(failure, StepFailed) else "format_refused"
            self.settle(task, model, Reply({}, request_id, _ms_since(began)), reason)
            raise
        return Reply(body, request_id_of(request_id, body.get("id")), _ms_since(began))

    def settle(self, task: str, model: str, reply: Reply, reason: str | None) -> None:
        """Onto the bill: answered (None), or why the answer was of no use."""
        used: Usage = usage_of(reply.body)
        self._bill(
            Call(
                provider=self.setup.provider,
                model=model,
                task=task,
                ms=reply.ms,
                tokens_in=used.tokens_in,
                tokens_cached=used.tokens_cached,
                tokens_out=used.tokens_out,
                tokens_reasoning=used.tokens_reasoning,
                cost_usd=used.cost_usd,
                request_id=reply.request_id,
                reason=reason,
            )
        )

    def close(self) -> None:
        """Let go of the connections."""
        with self._lock:
            if self._made is not None:
                self._made.close()
                self._made = None

    def _sent(self, send: Callable[[openai.OpenAI], Any], within: timedelta) -> httpx2.Response:
        """An answer of any status, read to its end."""
        import httpx2
        import openai

        from media_vm.vision.model_wire import exchange

        try:
            with exchange(within, LONGEST_ANSWER):
                response: httpx2.Response = send(self._client()).http_response
                return response
        except openai.APIStatusError as error:
            return error.response
        except openai.APITimeoutError as error:
            if isinstance(error.__cause__, httpx2.ConnectTimeout) and within >= ENOUGH_TO_CONNECT:
                raise self._broken(error.__cause__) from None
            raise TooSlow("too_slow", f"{self.setup.provider} did not answer in time") from None
        except (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise self._broken(error.__cause__ or error) from None

    def _body(self, response: httpx2.Response, model: str) -> dict[str, Any]:
        body = body_of(response.content)
        status = response.status_code if not response.is_success else error_in(body or {})
        if status is not None:
            retry_after = retry_after_of(response.headers.get("Retry-After", ""))
            raise status_failure(self.setup.provider, model, status, body, retry_after)
        if body is None:
            raise ProviderDown("not_the_api", f"{self.setup.provider} answers with something that is not its API")
        return body

    def _broken(self, cause: BaseException) -> StepFailed:
        import httpx2

        from media_vm.vision.model_wire import AnswerEncoded, AnswerTooLong

        who = self.setup.provider
        if isinstance(cause, AnswerTooLong):
            return TryAgain("answer_too_long", f"the answer of {who} is longer than {LONGEST_ANSWER} bytes")
        if isinstance(cause, AnswerEncoded):
            return ProviderDown("not_the_api", f"{who} answers compressed, though asked for plain")
        if isinstance(cause, (httpx2.ReadError, httpx2.WriteError, httpx2.CloseError, httpx2.RemoteProtocolError)):
            return ProviderDown("hung_up", f"{who} hung up before it had answered ({type(cause).__name__})")
        return ProviderDown("unreachable", f"{who} cannot be reached ({type(cause).__name__})")

    def _client(self) -> openai.OpenAI:
        """Made at the first call, once a process. It retries nothing: attempts belong to the checklist."""
        with self._lock:
            if self._made is None:
                self._made = _openai_client(self.setup)
            return self._made


def _openai_client(setup: ModelSetup) -> openai.OpenAI:
    import openai

    from media_vm.vision.model_wire import capped_client

    is_openai = setup.provider is Provider.OPENAI
    nobody_elses: dict[str, Any] = {"OpenAI-Organization": openai.Omit(), "OpenAI-Project": openai.Omit()}
    return openai.OpenAI(
        api_key=setup.checked().key or _NO_KEY,
        base_url=setup.url,
        max_retries=0,
        timeout=setup.call_timeout.total_seconds(),
        http_client=capped_client(),
        default_headers=None if is_openai else nobody_elses,
    )


def _ms_since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
