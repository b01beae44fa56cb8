"""Kill -9 of whoever is deciding, at random points: is every acknowledged decision there?

    python tests/bench/review_kill.py [ROUNDS]

Prints, as JSON, rounds, decisions acknowledged, kept, lost and doubled, whether the chain verified
after each round, and how long a decision took.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from pipeline.store.decisions import append, entries, opened, reading, verify, writing  # noqa: E402
from tests.store.decisions.killed import UNIT  # noqa: E402
from tests.store.decisions.made import write  # noqa: E402


def rounds(place: Path, count: int, seed: int = 1) -> dict[str, Any]:
    """Kill a deciding process `count` times, each at another moment of its first half second of
    deciding."""
    chance = random.Random(seed)
    acknowledged: set[str] = set()
    broken = 0
    opened(place).dispose()
    for number in range(count):
        acknowledged |= _until_killed(place, 1_000_000 * number, chance.uniform(0, 0.5))
        base = opened(place)
        with reading(base) as conn:
            broken += verify(conn, UNIT).bad is not None
        base.dispose()
    base = opened(place)
    with reading(base) as conn:
        kept = [entry.key for entry in entries(conn, UNIT)]
    base.dispose()
    return {"rounds": count, "acknowledged": len(acknowledged), "kept": len(kept),
            "lost": len(acknowledged - set(kept)), "doubled": len(kept) - len(set(kept)),
            "broken_chains": broken}


def latency(place: Path, count: int = 1000) -> dict[str, float]:
    """Milliseconds from the beginning of a transaction to its acknowledgement."""
    base = opened(place)
    took = []
    for number in range(count):
        begun = time.perf_counter()
        with writing(base) as conn:
            append(conn, write("f" * 16, subject=f"Y01|p:{number}"))
        took.append(1000 * (time.perf_counter() - begun))
    base.dispose()
    took.sort()
    return {"p50": round(took[count // 2], 2), "p95": round(took[count * 95 // 100], 2),
            "p99": round(took[count * 99 // 100], 2), "most": round(took[-1], 2)}


def _until_killed(place: Path, first: int, seconds: float) -> set[str]:
    with subprocess.Popen([sys.executable, "-m", "tests.store.decisions.killed", str(place),
                           str(first)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        # From the first acknowledgement on; before that nothing could be lost.
        begun = program.stdout.readline()
        time.sleep(seconds)
        program.kill()
        told = begun + program.stdout.read()
    # A line that the kill cut short was acknowledged to nobody.
    return {f"k{line}" for line in told.split("\n")[:-1]}


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as folder:
        found = rounds(Path(folder) / "review.sqlite", count)
        print(json.dumps(found | {"append_ms": latency(Path(folder) / "other.sqlite")}, indent=1))
    sys.exit(1 if found["lost"] or found["doubled"] or found["broken_chains"] else 0)


if __name__ == "__main__":
    main()
