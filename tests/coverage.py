"""Measures which lines of src/ the tests run, with cargo-llvm-cov.

    python3 tests/coverage.py write    # the table of tests/coverage.md
    python3 tests/coverage.py check    # fails if too few lines are run, or that file says what is not so

The tests are those of `cargo test --all-features`, among which every fixture is read with every kernel that the machine
has. Tests inside src/ are not counted. tests/coverage.md names each line that no test runs, by its file, its function and
its text, and says why; it names no other line. So what it says holds when lines move. Its table may be off by a point, so
that not every change of src/ asks for a new one.

cargo-llvm-cov needs LLVM's tools: those of rustup (`rustup component add llvm-tools`), or others, named by LLVM_COV and
LLVM_PROFDATA, that read what the compiler writes. Python 3.11 and its standard library suffice.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "tests" / "coverage.md"
MARKS = ("<!-- written by tests/coverage.py -->\n", "<!-- until here -->\n")

LEAST = 95  # per cent of all lines
TOLERANCE = 1  # points

# Whether a test runs it, by the number of the line; and that by file.
Lines = dict[int, bool]
Files = dict[str, Lines]


def main() -> int:
    parser = argparse.ArgumentParser(description="Measures which lines of src/ the tests run.")
    parser.add_argument("command", choices=["write", "check"])
    command = parser.parse_args().command
    files = measure()
    before, table, behind = parts(DOCUMENT.read_text())
    if command == "write":
        DOCUMENT.write_text(before + as_table(files) + behind)
    else:
        print(as_table(files))
    problems = lines_problems(files, behind)
    if command == "check":
        problems += table_problems(percents(as_table(files)), percents(table))
    print(*problems, sep="\n")
    return 1 if problems else 0


def measure() -> Files:
    """The lines of src/ that have code."""
    with tempfile.TemporaryDirectory(prefix="ews-coverage-") as folder:
        report = Path(folder) / "lcov"
        command = ["cargo", "llvm-cov", "--package", "ews-notifications", "--all-features"]
        # Properties are tested with the same cases each time, so that the same lines are run.
        cases = {**os.environ, "PROPTEST_RNG_SEED": "1"}
        done = subprocess.run([*command, "--lcov", "--output-path", str(report)], cwd=ROOT, env=cases)
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed")
        records = report.read_text().split("end_of_record\n")
    files = {}
    for record in records:
        name = re.search(r"^SF:(.*)", record, re.MULTILINE)
        path = name and Path(name[1]).relative_to(ROOT)
        if path and path.parts[0] == "src" and path.name != "tests.rs":
            code, *_ = (ROOT / path).read_text().split("\nmod tests {\n")
            counts = re.findall(r"^DA:(\d+),(\d+)", record, re.MULTILINE)
            lines = {int(line): int(count) > 0 for line, count in counts}
            files[str(path)] = {line: run for line, run in lines.items() if line <= code.count("\n")}
    return dict(sorted(files.items()))


# The table


def as_table(files: Files) -> str:
    rows = [*files.items(), ("all", dict(enumerate(run for lines in files.values() for run in lines.values())))]
    table = "| file | lines | of them run | % |\n| --- | ---: | ---: | ---: |\n"
    for name, lines in rows:
        run = sum(lines.values())
        # Not rounded up: 100 means all.
        table += f"| {name} | {len(lines):,} | {run:,} | {1000 * run // len(lines) / 10:.1f} |\n"
    return table


def percents(table: str) -> dict[str, float]:
    rows = (line.split(" | ") for line in table.splitlines()[2:])
    return {row[0].removeprefix("| "): float(row[-1].removesuffix(" |")) for row in rows}


def table_problems(found: dict[str, float], said: dict[str, float]) -> list[str]:
    problems = []
    if found["all"] < LEAST:
        problems.append(f"{found['all']} % of the lines are run, not {LEAST}")
    off = [file for file in found | said if abs(found.get(file, -9) - said.get(file, -9)) > TOLERANCE]
    if off:
        problems.append(f"the table is out of date: tests/coverage.py write\n  {', '.join(off)}")
    return problems


# The lines that are not run


def lines_problems(files: Files, list_of_lines: str) -> list[str]:
    """Lines that are not run and not named, and lines that are named and run."""
    named = set(re.findall(r"^- `(.+?)`, `(.+?)`: ``? ?(.+?) ?``?\. ", list_of_lines, re.MULTILINE))
    found = {(file, *place) for file, lines in files.items() for place in not_run(ROOT / file, lines)}
    problems = [f"not run, and not explained in tests/coverage.md: {place}" for place in sorted(found - named)]
    problems += [f"explained in tests/coverage.md, but not there: {place}" for place in sorted(named - found)]
    return problems


def not_run(path: Path, lines: Lines) -> set[tuple[str, str]]:
    """The function and the text of each line that is not run."""
    places = set()
    function = ""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if begins := re.search(r"\bfn (\w+)", line):
            function = begins[1]
        if not lines.get(number, True):
            places.add((function, line.strip()))
    return places


def parts(document: str) -> tuple[str, str, str]:
    """What stands before, between and behind the marks of the table, which belong to the outer parts."""
    before, table = document.split(MARKS[0])
    table, behind = table.split(MARKS[1])
    return before + MARKS[0], table, MARKS[1] + behind


if __name__ == "__main__":
    sys.exit(main())
