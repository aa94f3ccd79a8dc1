"""Starts the serving app under Granian: one process a CPU slot, each with its own settings and database."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys

import structlog
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer
from starlette.types import ASGIApp

from media_vm.adapters.engine import open_engine, require_migrated
from media_vm.adapters.readings import Readings
from media_vm.environment import read_settings
from media_vm.errors import MediaVMError
from media_vm.settings import Settings
from serve.app import create_app
from serve.exposing import metrics_of, tally_of_this_process

_USAGE_OR_SETTINGS = 2
_HEADER_MILLISECONDS = 10_000  # nginx gives a client 60 s for its headers; ours send them in one packet
_LONGEST_HEAD_BYTES = 65_536
_BACKLOG = 1024
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
# Of a process, for opening and reading files: nearly all come from memory, where handing them to more threads
# costs a sixth of all answers; and whatever waits for a disk that hangs waits in a call before that too.
_FILE_THREADS = 1
_STOP_SECONDS = 10  # a slow download may finish; systemd itself waits 90 s
_log = structlog.get_logger()


def serve(settings: Settings) -> int:
    """Serve until SIGINT or SIGTERM, then return 0; 2 with a sentence when something must be set first.

    Granian handles signals, so this needs the main thread of its process.
    """
    trouble = _trouble_with_address(settings) or _trouble_with_database(settings)
    if trouble:
        sys.stderr.write(f"media-vm serve: {trouble}\n")
        return _USAGE_OR_SETTINGS
    _log.info("serving", host=settings.serve_host, port=settings.serve_port, processes=settings.cpu_slots)
    with metrics_of(settings):
        server(settings, "serve.main:app").serve()
    return 0


def server(settings: Settings, target: str) -> MPServer:
    """A server, not yet started; each of its processes calls the factory `target` (`module:name`)."""
    return MPServer(
        target,
        factory=True,
        interface=Interfaces.ASGI,
        address=settings.serve_host,
        port=settings.serve_port,
        workers=settings.cpu_slots,
        runtime_blocking_threads=_FILE_THREADS,
        backlog=_BACKLOG,
        http1_settings=HTTP1Settings(
            header_read_timeout=_HEADER_MILLISECONDS, max_buffer_size=_LONGEST_HEAD_BYTES
        ),
        websockets=False,
        log_access=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=_STOP_SECONDS,
    )


def app() -> ASGIApp:
    """The serving app as the environment sets it up."""
    _end_with_parent()
    settings = read_settings()
    return create_app(settings, Readings(open_engine(settings.database_url)), tally_of_this_process())


def _end_with_parent() -> None:
    """A parent that was killed would leave processes behind that hold the port and go on serving."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def _trouble_with_address(settings: Settings) -> str | None:
    """Granian binds with SO_REUSEPORT and would share a taken port with its holder; so bind once without."""
    address = (settings.serve_host, settings.serve_port)
    try:
        family = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)[0][0]
        socket.create_server(address, family=family).close()
    except OSError as error:
        # create_server puts the address into its text; a name that is unknown has no errno of the system's.
        why = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        return (
            f"cannot listen on {settings.serve_host} port {settings.serve_port} ({why}): "
            "set MEDIA_VM_SERVE_PORT to a free port, MEDIA_VM_SERVE_HOST to an address of this machine"
        )
    return None


def _trouble_with_database(settings: Settings) -> str | None:
    """Looked at in the parent, its connections closed before the processes fork."""
    engine = open_engine(settings.database_url)
    try:
        require_migrated(engine)
    except MediaVMError as error:
        return str(error)
    finally:
        engine.dispose()
    return None
