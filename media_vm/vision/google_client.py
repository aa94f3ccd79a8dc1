"""Google's own client, made from our setup, and its errors in the project's words.

Imports google.cloud.vision, about 60 MB and 0.3 s, so it is imported when a first call is made and not before.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import google.auth
import grpc
from google.api_core.exceptions import GoogleAPICallError
from google.auth import api_key as api_keys
from google.auth import credentials as credential_kinds
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, RefreshError, TransportError
from google.cloud.vision_v1 import BatchAnnotateImagesResponse, ImageAnnotatorClient
from google.cloud.vision_v1.services.image_annotator.transports import (
    ImageAnnotatorGrpcTransport,
    ImageAnnotatorRestTransport,
)
from google.oauth2 import service_account
from google.protobuf import json_format
from google.rpc.error_details_pb2 import RetryInfo
from requests import exceptions as http_errors

from media_vm.errors import Misconfigured, NoRoom, StepFailed
from media_vm.vision import google_failures
from media_vm.vision.google_endpoint import Endpoint
from media_vm.vision.google_failures import failure, not_the_api
from media_vm.vision.google_rest import CappedAdapter

logging.getLogger("google").setLevel(logging.WARNING)  # at DEBUG it logs whole calls: pictures, headers and keys

_LARGEST_REQUEST: Final = 10_000_000  # bytes; Google takes no more
LONGEST_MESSAGE: Final = 1_500_000  # bytes; 5,000 letters with their boxes are 400,000
_SCOPES: Final = ImageAnnotatorRestTransport.AUTH_SCOPES


class GoogleClient:
    """One connection pool or channel, for all threads. All methods raise kinds of StepFailed and nothing else."""

    def __init__(
        self, where: Endpoint, *, over_rest: bool, api_key: str | None, service_account_file: Path | None
    ) -> None:
        """Misconfigured: no credentials, or a file that is none. Nothing is sent yet."""
        self._metadata: Sequence[tuple[str, str]] = ()
        with translated():
            credentials = _credentials(where, api_key, service_account_file)
            if over_rest:
                transport: Any = _rest(where, credentials)
            else:
                transport = _grpc(where, credentials)
                if where.is_plain and api_key:
                    self._metadata = (("x-goog-api-key", api_key),)  # gRPC lets no credentials through plain text
            self._client = ImageAnnotatorClient(transport=transport)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.transport.close()

    def annotate(self, request: Mapping[str, object], seconds: float) -> dict[str, Any]:
        """The answer for one picture, as JSON's own types. One call on the wire: no retry of the library's."""
        with translated():
            answers = self._client.batch_annotate_images(
                {"requests": [request]}, retry=None, timeout=seconds, metadata=self._metadata
            )
            responses = BatchAnnotateImagesResponse.pb(answers).responses
            if len(responses) != 1:
                raise not_the_api(f"it answers {len(responses)} times for one picture")
            answer: dict[str, Any] = json_format.MessageToDict(responses[0])
            return answer


def _credentials(
    where: Endpoint, api_key: str | None, service_account_file: Path | None
) -> credential_kinds.Credentials:
    if api_key:
        return api_keys.Credentials(api_key)
    if where.is_plain:
        return credential_kinds.AnonymousCredentials()  # a token is never sent, nor fetched, for plain text
    if service_account_file is None:
        found, _ = google.auth.default(scopes=_SCOPES)
        return found
    try:
        loaded = service_account.Credentials.from_service_account_file(service_account_file, scopes=_SCOPES)
    except (OSError, ValueError):
        return _of_another_kind(service_account_file)
    signing: credential_kinds.Credentials = loaded.with_always_use_jwt_access(True)
    return signing  # here, by itself: no token needs to be fetched


def _of_another_kind(file: Path) -> credential_kinds.Credentials:
    """Of a workload identity (`external_account`) or a person, whose tokens are fetched. Misconfigured."""
    try:
        with warnings.catch_warnings():  # of files from strangers; this one is the operator's own
            warnings.simplefilter("ignore")
            loaded: credential_kinds.Credentials = google.auth.load_credentials_from_file(file, scopes=_SCOPES)[0]
    except (OSError, ValueError, DefaultCredentialsError):
        raise Misconfigured(
            "no_credentials", "the credentials' file cannot be read, or is none of Google's"
        ) from None
    return loaded


def _rest(where: Endpoint, credentials: credential_kinds.Credentials) -> ImageAnnotatorRestTransport:
    transport = ImageAnnotatorRestTransport(host=where.url, credentials=credentials)
    session = transport._session  # the library has no other way to it
    session.mount("http://", CappedAdapter())
    session.mount("https://", CappedAdapter())
    session.trust_env = not where.is_plain  # a proxy is for elsewhere, never for this machine
    return transport


def _grpc(where: Endpoint, credentials: credential_kinds.Credentials) -> ImageAnnotatorGrpcTransport:
    options = [
        ("grpc.max_send_message_length", _LARGEST_REQUEST),
        ("grpc.max_receive_message_length", LONGEST_MESSAGE),
        ("grpc.enable_retries", 0),
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 1_000),  # else two minutes: calls fail unsent while it waits
        ("grpc.keepalive_time_ms", 30_000),  # and so TCP_USER_TIMEOUT: else a dead connection lives a quarter
        ("grpc.keepalive_timeout_ms", 10_000),  # of an hour, and each call on it takes its whole time
        ("grpc.enable_http_proxy", 0 if where.is_plain else 1),
    ]
    if where.is_plain:
        return ImageAnnotatorGrpcTransport(channel=grpc.insecure_channel(where.host, options))

    def channel(host: str, **kwargs: Any) -> grpc.Channel:
        return ImageAnnotatorGrpcTransport.create_channel(host, **kwargs | {"options": options})

    return ImageAnnotatorGrpcTransport(host=where.host, credentials=credentials, channel=channel)


@contextmanager
def translated() -> Iterator[None]:
    """No exception of a library gets out, and no text of one: it may hold a key or an address."""
    try:
        yield
    except StepFailed:
        raise
    except GoogleAPICallError as error:
        raise _refusal(error) from None
    except (http_errors.Timeout, http_errors.ConnectionError, TransportError) as error:
        raise _disconnection(error) from None
    except (DefaultCredentialsError, RefreshError):
        raise google_failures.no_credentials() from None
    except MemoryError:
        raise NoRoom("no_memory", "no memory for Google Vision's answer") from None
    except (json_format.Error, ValueError, RecursionError) as error:
        raise not_the_api(f"what it says cannot be read ({type(error).__name__})") from None
    except GoogleAuthError:
        raise google_failures.no_credentials() from None
    except Exception as error:
        raise not_the_api(f"the client stumbles over it ({type(error).__name__})") from None


def _refusal(error: GoogleAPICallError) -> StepFailed:
    """A gRPC status. Some are made by the client itself and mean something else than Google's own."""
    code = getattr(error.grpc_status_code, "name", "UNKNOWN")
    message = str(error.message)
    if code == "RESOURCE_EXHAUSTED" and "larger than max" in message:
        return google_failures.too_long(LONGEST_MESSAGE)
    if code == "INTERNAL" and "deserializing" in message:
        return not_the_api("what it says cannot be read")
    if "Failed parsing HTTP/2" in message:
        return not_the_api("it does not speak gRPC")
    if code in ("UNKNOWN", "UNAVAILABLE", "INTERNAL") and message.startswith("Stream removed"):
        return google_failures.cut_off()  # the request was on its way: it may be billed
    if code == "UNAVAILABLE" and message.startswith("failed to connect"):
        return google_failures.unreachable()
    return failure(code, cause=error.reason, retry_after=_retry_after(error))


def _retry_after(error: GoogleAPICallError) -> timedelta | None:
    for detail in error.details:
        if isinstance(detail, RetryInfo):
            return timedelta(seconds=min(detail.retry_delay.seconds, 10**8))
    return None


def _disconnection(error: Exception) -> StepFailed:
    if isinstance(error, http_errors.ReadTimeout):
        return google_failures.too_slow()
    if "Connection aborted" in str(error):  # requests' only way to say that it had been there
        return google_failures.cut_off()
    return google_failures.unreachable()
