"""Starting and stopping the processes of the system: each in a group of its own, with its output in var/log."""

import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from msgspec import Struct

from db.embedded import PR_SET_PDEATHSIG, EmbeddedPostgres
from ops import settings

STOP_SECONDS = 15
READY_SECONDS = 60


class Command(Struct, frozen=True):
    """A process to run; `health` is the address that answers once it serves."""

    name: str
    arguments: tuple[str, ...]
    health: str = ""


def site(name: str) -> Command:
    """The portal or the back office under granian."""
    port = settings.port(name)
    arguments = (
        *(sys.executable, "-P", "-m", "granian", "--interface", "asgi", "--loop", "uvloop", "--no-ws"),
        *("--host", settings.HOST, "--port", f"{port}", "--workers", "1", "--log-level", "warning"),
        f"{name}.app:app",
    )
    return Command(name, arguments, f"http://{settings.HOST}:{port}/healthz")


WORKER = Command("worker", (sys.executable, "-P", "-m", "ops.worker"))


def sandbox_identity() -> Command:
    health = f"http://{settings.HOST}:{settings.port('sandbox')}/healthz"
    return Command("sandbox", (sys.executable, "-P", "-m", "sandbox.identity"), health)


def simulators() -> tuple[Command, ...]:
    """Tax bureau, bank, finance bureau and transfer platform of the sandbox; they end at once in production."""
    return tuple(
        Command(f"sandbox-{name}", (sys.executable, "-P", "-m", f"sandbox.{name}", "--every", "5"))
        for name in ("tax", "bank", "finance", "transfer")
    )


class Stopped(Exception):
    """Somebody asked us to stop (Ctrl-C, SIGTERM, a closed terminal)."""


def stop_on_signals() -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def ignore_signals() -> None:
    """While stopping: a second Ctrl-C must not leave half of the processes running."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


class Group:
    """The running processes. `stop` is safe to call at any time."""

    def __init__(self) -> None:
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, command: Command, environment: Mapping[str, str] | None = None) -> None:
        """Raises RuntimeError with the end of its log when it does not come up."""
        if command.health and _answers(command.health):
            raise RuntimeError(f"{command.health} answers already: another {command.name} is running on that port")
        log = log_of(command.name)
        with log.open("ab") as output:
            process = subprocess.Popen(
                command.arguments,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=settings.TREE,
                env=os.environ | dict(environment or {}),
                start_new_session=True,  # Ctrl-C is for us; we stop them in order
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - no threads here
            )
        self._running[command.name] = process
        deadline = time.monotonic() + READY_SECONDS
        while command.health and not _answers(command.health):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command.name} did not start, see {log}:\n{tail(log)}")
            time.sleep(0.1)

    def wait(self, database: EmbeddedPostgres | None = None) -> None:
        """Until one of them, or the private server, ends by itself: then RuntimeError."""
        while True:
            if database is not None and database.has_ended():
                raise RuntimeError(f"the private PostgreSQL has ended, see {database.log}")
            for name, process in self._running.items():
                if process.poll() is not None:
                    log = log_of(name)
                    raise RuntimeError(f"{name} ended (status {process.returncode}), see {log}:\n{tail(log)}")
            time.sleep(0.5)

    def stop(self) -> None:
        """Last started, first stopped; a process that does not listen is killed with its whole group."""
        for process in reversed(self._running.values()):
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in reversed(self._running.values()):
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._running.clear()


def log_of(name: str) -> Path:
    settings.LOGS.mkdir(parents=True, exist_ok=True)
    return settings.LOGS / f"{name}.log"


def tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own http address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
