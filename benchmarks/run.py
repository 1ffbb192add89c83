"""Run the benchmarks of every module in this folder, print a table and write outputs/bench.json.

`python benchmarks/run.py [part of a name ...]`. Status 1 if a benchmark raised; a missed target is shown, not an error,
because it depends on the machine.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
NOT_BENCHMARKS = ("__init__", "agents", "harness", "run", "server")


def main() -> int:
    sys.path[0] = str(ROOT)
    harness = importlib.import_module("benchmarks.harness")
    for path in sorted(HERE.glob("*.py")):
        if path.stem not in NOT_BENCHMARKS:
            importlib.import_module(f"benchmarks.{path.stem}")

    parser = argparse.ArgumentParser(description="Run the benchmarks and write outputs/bench.json.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="part of a name; without any, all benchmarks run")
    wanted = parser.parse_args().names
    chosen = [item for name, item in harness.registry.items() if not wanted or any(part in name for part in wanted)]
    if not chosen:
        parser.error(f"no such benchmark; there are: {', '.join(harness.registry)}")

    results = []
    for result in harness.run(chosen):
        results.append(result)
        print(f"  {len(results)}/{len(chosen)} {result.benchmark.name}", file=sys.stderr, flush=True)
    print(harness.table(results))

    machine = {"python": platform.python_version(), "system": platform.platform(), "cpus": os.cpu_count()}
    target = ROOT / "outputs" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    document = {"machine": machine, "results": [result.as_json() for result in results]}
    target.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"written to {target.relative_to(ROOT)}")
    return 1 if any(result.error for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
