"""Starting and stopping what makes up the system."""

import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.embedded import EmbeddedPostgres
from ops import processes, settings
from ops.processes import Command, Group

SERVE = "import http.server as h, sys; h.HTTPServer(('127.0.0.1', int(sys.argv[1])), h.SimpleHTTPRequestHandler).serve_forever()"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Group]:
    monkeypatch.setattr(settings, "LOGS", tmp_path / "log")
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.5)
    running = Group()
    yield running
    running.stop()


def python(name: str, script: str, *arguments: str, health: str = "") -> Command:
    return Command(name, (sys.executable, "-c", script, *arguments), health)


def site() -> Command:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return python("site", SERVE, str(port), health=f"http://127.0.0.1:{port}/")


def pid_of(group: Group, name: str) -> int:
    return group._running[name].pid


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_started_site_answers_and_a_stopped_one_is_gone(group: Group) -> None:
    command = site()
    group.start(command)
    assert processes._answers(command.health)
    pid = pid_of(group, "site")
    group.stop()
    assert gone(pid)


def test_a_port_that_is_taken_is_told_before_anything_starts(group: Group) -> None:
    command = site()
    group.start(command)
    with pytest.raises(RuntimeError, match="another site is running"):
        Group().start(command)


def test_a_process_that_does_not_come_up_is_told_with_the_end_of_its_log(group: Group) -> None:
    with pytest.raises(RuntimeError, match="no such table"):
        group.start(python("portal", "raise SystemExit('no such table')", health="http://127.0.0.1:9/"))


def test_a_process_that_ends_by_itself_is_told(group: Group) -> None:
    group.start(python("worker", "print('out of paper')"))
    with pytest.raises(RuntimeError, match=r"worker ended \(status 0\)[^$]*out of paper"):
        group.wait()


def test_a_process_that_does_not_listen_is_killed(group: Group) -> None:
    group.start(python("deaf", STUBBORN))
    pid = pid_of(group, "deaf")
    time.sleep(0.3)  # until it is deaf
    group.stop()
    assert gone(pid)


def test_a_private_server_that_goes_away_is_told(group: Group) -> None:
    home = Path(tempfile.mkdtemp(prefix="pension-test-"))
    database = EmbeddedPostgres(home, durable=False)
    database.start()
    assert database.has_ended() is False
    os.kill(int((database.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    with pytest.raises(RuntimeError, match="PostgreSQL has ended"):
        group.wait(database)
    database.stop()
    shutil.rmtree(home)


@pytest.mark.parametrize("command", processes.simulators(), ids=lambda command: command.name)
def test_no_simulator_lives_in_production(group: Group, command: Command) -> None:
    group.start(command, {"PENSION_MODE": "production"})
    with pytest.raises(RuntimeError, match=r"ended \(status 2\)[^$]*never run in production"):
        group.wait()


def test_simulators_run_on_over_the_exchange_folder(group: Group, tmp_path: Path) -> None:
    for command in processes.simulators():
        group.start(command, {"PENSION_MODE": "demo", "PENSION_EXCHANGE": str(tmp_path / "exchange")})
    deadline = time.monotonic() + 30
    while not all((tmp_path / "exchange" / name / "in").exists() for name in ("tax", "bank/NH", "finance")):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert all(process.poll() is None for process in group._running.values())
