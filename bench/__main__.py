"""`python -m bench [cases|imports|lists|pages|payments|settlement|transfers|trial …] [--quick] [--out FILE]`: each figure beside its floor, as JSON."""

import argparse
import json
import platform
import sys
from importlib import import_module
from pathlib import Path

from bench.stage import stage

BENCHES = ("calculation", "cases", "imports", "lists", "pages", "payments", "settlement", "transfers", "trial")


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], help="default: all")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it runs")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    results = {}
    with stage() as built:
        for name in asked.names or BENCHES:
            results[name] = import_module(f"bench.{name}").main(built, quick=asked.quick)
            print(json.dumps({name: results[name]}, ensure_ascii=False, indent=1), flush=True)
    if asked.out:
        results["machine"] = {"python": platform.python_version(), "system": platform.machine()}
        asked.out.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


sys.exit(main())
