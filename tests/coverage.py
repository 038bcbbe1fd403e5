"""Measures which lines of src/ the tests run, with cargo-llvm-cov.

    python3 tests/coverage.py check    # fails if too few lines are run, or tests/coverage.md is out of date
    python3 tests/coverage.py files    # the same, and a table of the files

The tests are those of `cargo test --all-features --tests`, which read every fixture with every kernel that the machine
has. Tests inside src/ are not counted. tests/coverage.md lists each line that no test runs, by file, function and text,
with the reason, and lists no other line. So the list stays valid when lines move.

cargo-llvm-cov needs LLVM's tools: those of rustup (`rustup component add llvm-tools`), or the ones that LLVM_COV and
LLVM_PROFDATA name, of a version that reads what the compiler writes. Python 3.11 and its standard library suffice.
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

LEAST = 98.8  # per cent of all lines, rounded down

# Line number to whether a test runs the line; and file to these.
Lines = dict[int, bool]
Files = dict[str, Lines]


def main() -> int:
    parser = argparse.ArgumentParser(description="Measures which lines of src/ the tests run.")
    parser.add_argument("command", choices=["check", "files"])
    command = parser.parse_args().command
    files = measure()
    if command == "files":
        for file, lines in files.items():
            print(f"{percent(list(lines.values())):5.1f} % of {len(lines):5} lines  {file}")
    run = [run for lines in files.values() for run in lines.values()]
    print(f"{percent(run):5.1f} % of {len(run):5} lines")
    problems = lines_problems(files, DOCUMENT.read_text())
    if percent(run) < LEAST:
        problems.append(f"the tests run {percent(run)} % of the lines, fewer than {LEAST} %")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def percent(run: list[bool]) -> float:
    """The share of lines that are run. Rounded down: 100 means all."""
    return 1000 * sum(run) // len(run) / 10


def measure() -> Files:
    """The lines of src/ that have code."""
    with tempfile.TemporaryDirectory(prefix="ews-coverage-") as folder:
        report = Path(folder) / "lcov"
        command = ["cargo", "llvm-cov", "--package", "ews-notifications", "--all-features", "--tests"]
        # A fixed seed, so that properties run the same lines each time. No debug information, for a faster build. No
        # optimisation: a small function that is inlined into the tests would count as not run.
        profile = {"CARGO_PROFILE_TEST_DEBUG": "0", "CARGO_PROFILE_TEST_OPT_LEVEL": "0"}
        settings = {"PROPTEST_RNG_SEED": "1", **profile, **os.environ}
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
            # The rest of the file is tests.
            files[str(path)] = {line: run for line, run in lines.items() if line <= code.count("\n")}
    return {file: lines for file, lines in sorted(files.items()) if lines}


# The lines that are not run

# A file, a function, and a line of it or all of it.
Place = tuple[str, str, str]
ALL = "all of it"
NAMED = re.compile(r"^- `([^`]+)`, `([^`]+)`, (?:`` (.+?) ``|`(.+?)`|all of it): ", re.MULTILINE)


def lines_problems(files: Files, document: str) -> list[str]:
    """Lines that no test runs and the document does not list, and lines that it lists and a test runs."""
    named = Counter((file, function, long or short or ALL) for file, function, long, short in NAMED.findall(document))
    found = Counter(place for file, lines in files.items() for place in not_run(file, lines))
    problems = [f"no test runs this line, and tests/coverage.md does not list it: {place}" for place in (found - named).elements()]
    problems += [f"tests/coverage.md lists this line, but a test runs it or it is gone: {place}" for place in (named - found).elements()]
    return problems


def not_run(file: str, lines: Lines) -> list[Place]:
    """Lines that no test runs. A function without any line that is run is one place."""
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


if __name__ == "__main__":
    sys.exit(main())
