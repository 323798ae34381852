"""`python -m sandbox.identity [--port 8300] [--people FILE] [--redirect-uri URI …]`; the environment says the rest."""

import argparse
import os
import sys
from urllib.parse import urlsplit

from granian import Granian
from granian.constants import Interfaces


def main() -> int:
    asked = argparse.ArgumentParser(prog="sandbox.identity")
    asked.add_argument("--port", type=int)
    asked.add_argument("--people")
    asked.add_argument("--redirect-uri", action="append", default=[])
    options = asked.parse_args()
    if os.environ.get("PENSION_MODE") == "production":
        print("the sandbox identity provider never runs in production", file=sys.stderr)
        return 2
    issuer = os.environ.get("OIDC_ISSUER", "http://127.0.0.1:8300")
    port = options.port or urlsplit(issuer).port or 8300
    os.environ["OIDC_ISSUER"] = issuer if options.port is None else f"http://127.0.0.1:{port}"
    if options.people:
        os.environ["SANDBOX_PEOPLE"] = options.people
    if options.redirect_uri:
        os.environ["SANDBOX_REDIRECT_URIS"] = " ".join(options.redirect_uri)
    Granian(
        "sandbox.identity.app:create", factory=True, address="127.0.0.1", port=port, interface=Interfaces.ASGI,
        websockets=False, log_access=False,
    ).serve()  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
