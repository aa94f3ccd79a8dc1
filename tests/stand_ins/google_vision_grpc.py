"""The gRPC side of `google_vision.py`: a true server, behind a relay that can do what networks do."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import grpc
from google.cloud.vision_v1 import BatchAnnotateImagesRequest, BatchAnnotateImagesResponse
from google.protobuf import any_pb2, json_format
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from tests.stand_ins.google_vision import Asked, Certificate, Fault, GoogleStandIn, Refusal

SERVICE = "google.cloud.vision.v1.ImageAnnotator"
RESET_AT_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER of no time: close() sends RST
TOO_MUCH = 40_000_000  # bytes; gRPC announces a message's length, so more of them would show nothing more
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20\r\n\r\n<title>Log in</title"
OF_THE_NETWORK = (Fault.DRIP, Fault.RESET, Fault.CUT, Fault.PAGE)


@contextmanager
def serving(certificate: Certificate | None, port: int) -> Iterator[GoogleStandIn]:
    """Until the block ends; on a free port where port is 0."""
    relay = _Relay(port)
    stand_in = GoogleStandIn(f"{'https://' if certificate else ''}127.0.0.1:{relay.port}")
    server = grpc.server(ThreadPoolExecutor(32), options=[("grpc.max_receive_message_length", -1)])
    server.add_generic_rpc_handlers((_handlers(stand_in, relay),))
    relay.server = ("127.0.0.1", _listen(server, certificate))
    server.start()
    try:
        yield stand_in
    finally:
        stand_in.stopped.set()
        relay.close()
        server.stop(grace=0).wait()


def _listen(server: Any, certificate: Certificate | None) -> int:
    if certificate is None:
        return int(server.add_insecure_port("127.0.0.1:0"))
    pair = (certificate.key.read_bytes(), certificate.chain.read_bytes())
    return int(server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([pair])))


def _handlers(stand_in: GoogleStandIn, relay: _Relay) -> Any:
    def annotate(batch: Any, context: Any) -> bytes:
        answer = stand_in.next_answer(_asked(batch, context))
        if isinstance(answer, Refusal):
            context.abort_with_status(rpc_status.to_status(_status(answer)))
        if answer is Fault.HANG:
            stand_in.stopped.wait()
        if answer in OF_THE_NETWORK:
            relay.befall(Fault(str(answer)))
        if answer in (Fault.NOT_ITS_FORMAT, Fault.WRONG_TYPES):
            return (
                b"\x0a\xff\xff\xff\xff\x0fsea" if answer is Fault.NOT_ITS_FORMAT else b"\x0d\x00\x00\x80\x3f\x0a"
            )
        if answer is Fault.GIGABYTE:
            return bytes(TOO_MUCH)
        whole = {"responses": [answer]} if isinstance(answer, dict) else {}
        message: bytes = json_format.ParseDict(whole, BatchAnnotateImagesResponse.pb()()).SerializeToString()
        return message

    method = grpc.unary_unary_rpc_method_handler(
        annotate, request_deserializer=BatchAnnotateImagesRequest.pb().FromString, response_serializer=bytes
    )
    return grpc.method_handlers_generic_handler(SERVICE, {"BatchAnnotateImages": method})


def _asked(batch: Any, context: Any) -> Asked:
    (request,) = batch.requests
    said = json_format.MessageToDict(request)
    return Asked(
        request.image.content,
        tuple(feature["type"] for feature in said.get("features", [])),
        said.get("imageContext", {}),
        {one.key: str(one.value) for one in context.invocation_metadata()},
    )


def _status(refusal: Refusal) -> Any:
    details = []
    if refusal.cause is not None:
        details.append(error_details_pb2.ErrorInfo(reason=refusal.cause, domain="googleapis.com"))
    if refusal.retry_after is not None:
        delay = error_details_pb2.RetryInfo()
        delay.retry_delay.FromNanoseconds(round(refusal.retry_after * 1e9))
        details.append(delay)
    packed = [any_pb2.Any() for _ in details]
    for one, detail in zip(packed, details, strict=True):
        one.Pack(detail)
    return status_pb2.Status(code=code_pb2.Code.Value(refusal.code), message="refused", details=packed)


class _Relay:
    """On a port of its own, in front of the server; a fault falls on live connections, new ones work."""

    def __init__(self, port: int) -> None:
        self.server = ("127.0.0.1", 0)
        self._listener = socket.create_server(("127.0.0.1", port))
        self._live: list[_Link] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Where clients connect."""
        port: int = self._listener.getsockname()[1]
        return port

    def befall(self, fault: Fault) -> None:
        """The next bytes from the server meet it; a reset comes at once."""
        for link in self._live:
            link.fault = fault
            if fault is Fault.RESET:
                link.end()

    def close(self) -> None:
        """No new connections, no old ones."""
        _end(self._listener)
        for link in self._live:
            link.end()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._live = [link for link in self._live if not link.is_over.is_set()]
                self._live.append(_Link(client, socket.create_connection(self.server)))


class _Link:
    """One connection, relayed both ways."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self._client, self._server = client, server
        self.fault: Fault | None = None
        self.is_over = threading.Event()
        for pump in (self._ask, self._answer):
            threading.Thread(target=pump, daemon=True).start()

    def end(self) -> None:
        """Both ends see it; as a reset when that is its fault."""
        self.is_over.set()
        for one in (self._client, self._server):
            if self.fault is Fault.RESET:
                with suppress(OSError):
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
            _end(one)

    def _ask(self) -> None:
        with suppress(OSError):
            while data := self._client.recv(65536):
                self._server.sendall(data)
        self.end()

    def _answer(self) -> None:
        with suppress(OSError):
            while data := self._server.recv(65536):
                if self.fault is Fault.DRIP:
                    self._drip(data)
                elif self.fault in (Fault.CUT, Fault.PAGE):
                    self._client.sendall(data[:12] if self.fault is Fault.CUT else PAGE)
                    break
                else:
                    self._client.sendall(data)
        self.end()

    def _drip(self, data: bytes) -> None:
        for at in range(len(data)):
            self._client.sendall(data[at : at + 1])
            if self.is_over.wait(0.02):
                return


def _end(one: socket.socket) -> None:
    """Wake the thread that reads it, and let close() choose FIN or RST."""
    with suppress(OSError):
        one.shutdown(socket.SHUT_RD)
    one.close()
