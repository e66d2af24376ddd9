"""One line of the benchmark table, and how it is printed. Only ratios travel between machines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """`ours` and `limit` are in the same unit, measured in the same run; `ratio` = ours / limit, at most `target`."""

    name: str
    ours: float
    limit: float
    ratio: float
    target: float
    note: str = ""

    @property
    def met(self) -> bool:
        return self.ratio <= self.target


def show(rows: Iterable[Row]) -> None:
    """Print the table."""
    print(f"{'benchmark':<58}{'ours':>10}{'limit':>10}{'ratio':>8}{'target':>8}        note")
    for row in rows:
        verdict = "ok" if row.met else "MISSED"
        print(
            f"{row.name:<58}{row.ours:>10.4g}{row.limit:>10.4g}{row.ratio:>8.2f}{row.target:>8.2f}  {verdict:<6}{row.note}"
        )


def main() -> None:
    """Run every bench_*.py beside this file, each in a process of its own, and print one table as they finish."""
    import subprocess
    import sys
    from pathlib import Path

    folder, failed = Path(__file__).parent, []
    for file in sorted(folder.glob("bench_*.py")):
        print(f"-- {file.stem}", flush=True)
        if subprocess.run([sys.executable, str(file)], cwd=folder, check=False).returncode:
            failed.append(file.stem)
    if failed:
        sys.exit(f"these did not finish: {', '.join(failed)}")


if __name__ == "__main__":
    main()
