"""Counts the instructions that each contestant executes to read a message, with callgrind.

    python3 benches/instructions.py record    # all corpora and contestants, into benches/instructions.json
    python3 benches/instructions.py check     # this crate on the hot corpora, against that file
    python3 benches/instructions.py growth    # this crate on expensive bodies, and on four times as much

Counts do not depend on the load of the machine, and differ by less than 0.1 % between runs of the same program. So
`check` finds changes that are lost in the noise of times. Counts depend on the compiler and the kernel, which are
recorded too. Another compiler changes the counts of xmlparser and memchr in the same run as well: `check` allows for
what it did to these two.

Valgrind has to be installed. `record` also needs the C++ parsers of benches/native. Python 3.11 and its standard
library suffice.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

BENCHES = Path(__file__).parent
RECORD = BENCHES / "instructions.json"
NATIVE = ["--manifest-path", str(BENCHES / "native" / "Cargo.toml")]

# Messages, for the parser, and other documents, for the tokenizer.
MESSAGES = ["heartbeat", "push-1", "push-50", "pretty-10", "dialect-3", "mixed", "error", "stream-14", "stream-heartbeat"]
DOCUMENTS = ["schema", "svg", "records", "feed", "cjk", "wsdl", "long-values", "minified", "pretty"]
HOT = [*MESSAGES, *DOCUMENTS]
OURS = "ews-notifications"  # the beginning of the names of our contestants
REFERENCES = ["xmlparser", "memchr-count"]

# How far a count may be from the recorded one. A lower count is a failure as well: an outdated record would hide a
# later loss of the gain.
TOLERANCE = 0.03

# How many times more instructions four times the input may take.
MOST_GROWTH = 5

# The function of benches/counting whose calls are counted.
COUNTED = "counting::counted"


def main() -> int:
    parser = argparse.ArgumentParser(description="Counts instructions with callgrind.")
    parser.add_argument("command", choices=["record", "check", "growth"])
    command = parser.parse_args().command
    if command == "check":
        return check(json.loads(RECORD.read_text()), measure(HOT))
    if command == "growth":
        return growth(measure([], bench="growth"))
    record = measure([])
    for name, corpus in measure([], NATIVE)["corpora"].items():  # messages only
        record["corpora"][name]["instructions"] |= corpus["instructions"]
    RECORD.write_text(json.dumps(record, indent=2) + "\n")
    return 0


def measure(corpora: list[str], cargo: list[str] | tuple[()] = (), bench: str = "instructions") -> dict:
    """The instructions per message on the named corpora, or on all."""
    with tempfile.TemporaryDirectory(prefix="ews-instructions-") as folder:
        out = Path(folder) / "out"
        callgrind = [
            "valgrind",
            "--quiet",
            "--tool=callgrind",
            f"--callgrind-out-file={out}",
            f"--toggle-collect={bench}::{COUNTED}",
            f"--dump-after={bench}::{COUNTED}",
        ]
        runner = f'target."cfg(all())".runner={json.dumps(callgrind)}'
        command = ["cargo", "--config", runner, "bench", *cargo, "--bench", bench, "--"]
        output = run([*command, *corpora])
        # Callgrind numbers its files in the order of the counts, which is that of the lines.
        lines = [line.split() for line in output.splitlines()]
        counts = [words[1:] for words in lines if words[0] == "count"]
        totals = [total(Path(f"{out}.{number + 1}")) for number in range(len(counts))]

    record: dict = {"rustc": run(["rustc", "--version"]).strip()}
    record["valgrind"] = run(["valgrind", "--version"]).strip()
    record["kernel"] = "".join(words[1] for words in lines if words[0] == "kernel")
    record["corpora"] = {}
    for (corpus, contestant, rounds, messages, size), instructions in zip(counts, totals):
        entry = {"messages": int(messages), "bytes": int(size), "instructions": {}}
        entry = record["corpora"].setdefault(corpus, entry)
        entry["instructions"][contestant] = round(instructions / int(rounds) / int(messages))
    return record


def total(file: Path) -> int:
    """The count of one file of callgrind."""
    lines = file.read_text().splitlines() if file.exists() else []
    for line in lines:
        if line.startswith("totals: "):
            return int(line.removeprefix("totals: "))
    sys.exit(f"callgrind counted nothing: no function is named {COUNTED}")


def check(recorded: dict, found: dict) -> int:
    pairs = [
        (name, contestant, recorded["corpora"].get(name, {"instructions": {}})["instructions"].get(contestant, 0), count)
        for name, corpus in found["corpora"].items()
        for contestant, count in corpus["instructions"].items()
    ]
    references = [count / before for _, contestant, before, count in pairs if contestant in REFERENCES and before]
    least, most = min(1, *references) - TOLERANCE, max(1, *references) + TOLERANCE
    print(f"{' and '.join(REFERENCES)} changed by {min(references) - 1:+.1%} to {max(references) - 1:+.1%}")
    print("instructions per message: recorded, found")
    failures = 0
    for name, contestant, before, count in pairs:
        if not contestant.startswith(OURS):
            continue
        ratio = count / before if before else math.inf
        verdict = ""
        if not least <= ratio <= most:
            failures += 1
            verdict = "  TOO MANY" if ratio > 1 else "  FEWER, record them"
        print(f"{name:16} {contestant:26} {before:10,} {count:10,} {ratio - 1:+7.1%}{verdict}")
    if not failures:
        return 0
    print(f"{failures} counts are off by more than {TOLERANCE:.0%}. If the change is intended: run benches/instructions.py record")
    for key in ["rustc", "kernel", "valgrind"]:
        if recorded[key] != found[key]:
            print(f"{key} may be why: recorded {recorded[key]}, found {found[key]}")
    return 1


def growth(found: dict) -> int:
    print("instructions, and how many times more for four times the input")
    failures = 0
    for name, corpus in found["corpora"].items():
        once, four_times = corpus["instructions"].values()
        ratio = four_times / once
        failures += ratio > MOST_GROWTH
        print(f"{name:28} {once:12,} {ratio:6.2f}{'  TOO MANY' if ratio > MOST_GROWTH else ''}")
    print(f"{len(found['corpora'])} shapes, {failures} of them grow by more than {MOST_GROWTH}")
    return 1 if failures else 0


def run(command: list[str]) -> str:
    """The standard output of a command. Standard error is shown. Exits if the command fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=BENCHES.parent)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
