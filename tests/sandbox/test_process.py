"""The sandbox as ops starts it, and the people it knows."""

import json
import os
import subprocess
import sys
import time

import httpx2
import pytest

from domain import identity, names, regions
from tests.peers.test_oidc_provider import free_port
from tests.sandbox.house import PEOPLE


def started(port: int, **environ: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "sandbox.identity", "--port", str(port)]
    return subprocess.Popen(command, env=os.environ | environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_it_serves_as_a_process_of_its_own_and_says_what_it_is() -> None:
    port = free_port()
    process = started(port)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                found = httpx2.get(f"http://127.0.0.1:{port}/.well-known/openid-configuration", trust_env=False).json()
                break
            except httpx2.TransportError:
                assert process.poll() is None, "it ended"
                assert time.monotonic() < deadline
                time.sleep(0.1)
        assert (found["issuer"], found["pension_sandbox"]) == (f"http://127.0.0.1:{port}", True)
    finally:
        process.terminate()
        process.wait(15)


def test_it_never_runs_in_production() -> None:
    process = started(free_port(), PENSION_MODE="production")
    assert process.wait(30) == 2


def people() -> list[dict[str, str]]:
    return json.loads(PEOPLE.read_text(encoding="utf-8"))


@pytest.mark.rule("R-039")
@pytest.mark.parametrize("person", people(), ids=lambda person: person["sub"])
def test_everybody_it_knows_is_well_formed_and_nobody_real(person: dict[str, str]) -> None:
    assert identity.check(person["id_type"], person["id_number"]) is None
    assert person["id_number"].startswith("439901")
    assert names.check_name(person["name"]) is None
    assert identity.check_phone(person["phone"]) is None
    assert regions.is_code(person["region_code"])
