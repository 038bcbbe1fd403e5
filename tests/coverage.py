"""Measures which lines of src/ the tests run, with cargo-llvm-cov.

    python3 tests/coverage.py write    # the table of tests/coverage.md
    python3 tests/coverage.py check    # fails if too few lines are run, or that file says what is not so

The tests are those of `cargo test --all-features --tests`, among which every fixture is read with every kernel that the machine
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
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
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
        table = as_table(files)
        DOCUMENT.write_text(before + table + behind)
    print(as_table(files))
    problems = table_problems(percents(as_table(files)), percents(table)) + lines_problems(files, behind)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def measure() -> Files:
    """The lines of src/ that have code."""
    with tempfile.TemporaryDirectory(prefix="ews-coverage-") as folder:
        report = Path(folder) / "lcov"
        command = ["cargo", "llvm-cov", "--package", "ews-notifications", "--all-features", "--tests"]
        # Properties are tested with the same cases each time, so that the same lines are run. Without what is for
        # debuggers the tests are built sooner.
        settings = {"PROPTEST_RNG_SEED": "1", "CARGO_PROFILE_TEST_DEBUG": "0", **os.environ}
        done = subprocess.run([*command, "--lcov", "--output-path", str(report)], cwd=ROOT, env=settings)
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
            # What stands behind that are tests.
            files[str(path)] = {line: run for line, run in lines.items() if line <= code.count("\n")}
    return {file: lines for file, lines in sorted(files.items()) if lines}


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
        problems.append(f"the table of tests/coverage.md is out of date, write it anew, for {', '.join(off)}")
    return problems


# The lines that are not run

# A file, a function, and a line of it or all of it.
Place = tuple[str, str, str]
ALL = "all of it"
NAMED = re.compile(r"^- `([^`]+)`, `([^`]+)`, (?:`` (.+?) ``|`(.+?)`|all of it): ", re.MULTILINE)


def lines_problems(files: Files, document: str) -> list[str]:
    """Lines that are not run and not named, and lines that are named and run."""
    named = Counter((file, function, long or short or ALL) for file, function, long, short in NAMED.findall(document))
    found = Counter(place for file, lines in files.items() for place in not_run(file, lines))
    problems = [f"no test runs it, and tests/coverage.md does not say why: {place}" for place in (found - named).elements()]
    problems += [f"tests/coverage.md says that no test runs it: {place}" for place in (named - found).elements()]
    return problems


def not_run(file: str, lines: Lines) -> list[Place]:
    """Lines that no test runs, and functions of which no test runs a line."""
    functions: list[tuple[str, list[tuple[str, bool]]]] = [("", [])]
    for number, text in enumerate((ROOT / file).read_text().splitlines(), 1):
        if begins := re.search(r"\bfn (\w+)", text):
            functions.append((begins[1], []))
        if number in lines:
            functions[-1][1].append((text.strip(), lines[number]))
    places = []
    for function, code in functions:
        left = [text for text, run in code if not run]
        if len(left) == len(code) > 0:
            left = [ALL]
        places += [(file, function, text) for text in left]
    return places


def parts(document: str) -> tuple[str, str, str]:
    """What stands before, between and behind the marks of the table, which belong to the outer parts."""
    before, table = document.split(MARKS[0])
    table, behind = table.split(MARKS[1])
    return before + MARKS[0], table, MARKS[1] + behind


if __name__ == "__main__":
    sys.exit(main())
