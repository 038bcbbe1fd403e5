"""Compares `ewsn inspect` with an extractor over expat on thousands of generated bodies.

    python3 tests/expat/run.py --ewsn target/release/ewsn [--count 4000] [--seed 1]
    python3 tests/expat/run.py --self-check [--count 5000] [--seed 1]

The first form writes the bodies into a temporary folder and runs `ewsn inspect --format ndjson` on it once:
every row of an accepted body must be equal. A refused body must have one row, with an error and nothing else.
Its code must be the reason of the extractor if the generator put only this defect into the body. The bodies
are kept, and the exit status is 1, if any differs.

Both forms compare the extractor with what the generator meant. Python 3.11 and its standard library suffice.
"""

from __future__ import annotations

import argparse
import difflib
import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from shutil import rmtree
from xml.etree import ElementTree

sys.dont_write_bytecode = True

from extract import EMPTY, Refused, Row, extract  # noqa: E402
from generate import make  # noqa: E402

BODIES_PER_FOLDER = 500
SHOWN_DIFFERENCES = 5

Verdict = list[Row] | str  # the rows of a body, or the reason of its refusal


def main() -> int:
    options = parse_arguments()
    folder = Path(tempfile.mkdtemp(prefix="ewsn-expat-"))
    verdicts: dict[str, Verdict] = {}
    meant: set[str] = set()
    differences: dict[str, str] = {}
    for index in range(options.count):
        path = folder / f"{index // BODIES_PER_FOLDER:03}" / f"{index:06}.xml"
        case = make(options.seed, index, str(path))
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(case.body)
        verdict = verdicts[str(path)] = judge(case.body, str(path))
        if case.expected is not None:
            meant.add(str(path))
        if case.expected is not None and shown(case.expected) != shown(verdict):
            differences[str(path)] = diff("generator", case.expected, "expat", verdict)
    if not options.self_check:
        differences |= compare(verdicts, meant, folder, options.ewsn)

    problem = summarise(verdicts, options.seed)
    for path, text in list(differences.items())[:SHOWN_DIFFERENCES]:
        print(f"\n{path} differs:\n{text}")
    if differences:
        print(f"\n{len(differences)} of {options.count} bodies differ; they are kept in {folder}")
        return 1
    rmtree(folder, ignore_errors=True)
    if problem:
        print(problem)
        return 1
    print("no difference")
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    subject = parser.add_mutually_exclusive_group(required=True)
    subject.add_argument("--ewsn", type=Path, help="the binary to compare with expat")
    subject.add_argument("--self-check", action="store_true", help="compare expat with the generator only")
    parser.add_argument("--count", type=int, default=4000, help="number of bodies (default: 4000)")
    parser.add_argument("--seed", type=int, default=1, help="the bodies depend on it alone (default: 1)")
    return parser.parse_args()


def judge(body: bytes, file: str) -> Verdict:
    try:
        return extract(body, file)
    except Refused as refusal:
        return refusal.args[0]


def compare(verdicts: dict[str, Verdict], meant: set[str], folder: Path, ewsn: Path) -> dict[str, str]:
    """Runs the binary on the folder; what differs, by path."""
    command = [str(ewsn.resolve()), "inspect", "--format", "ndjson", str(folder)]
    result = subprocess.run(command, capture_output=True, check=False)
    rows: dict[str, list[Row]] = defaultdict(list)
    for line in result.stdout.decode().split("\n")[:-1]:
        row = json.loads(line)
        rows[row["file"]].append(row)

    differences = {path: "rows of a file that is not there" for path in rows.keys() - verdicts.keys()}
    for path, verdict in verdicts.items():
        printed = rows[path]
        if isinstance(verdict, str):
            if not is_refusal(printed, path, verdict, path in meant):
                differences[path] = diff("expat", f"refused: {verdict}", "ewsn", printed)
        elif shown(verdict) != shown([comparable(row) for row in printed]):
            differences[path] = diff("expat", verdict, "ewsn", [comparable(row) for row in printed])
    status = 1 if any(isinstance(verdict, str) for verdict in verdicts.values()) else 3
    if result.returncode != status:
        differences[str(folder)] = f"exit status {result.returncode}, expected {status}"
    return differences


def is_refusal(printed: list[Row], path: str, reason: str, is_only_reason: bool) -> bool:
    """Whether this is the one row of a refused body: all but its error is empty."""
    if len(printed) != 1 or not isinstance(error := printed[0]["error"], dict):
        return False
    # With another Envelope after its root, a body is read as a stream. Its first envelope begins after a byte order mark.
    begin = printed[0]["offset"] if printed[0]["offset"] in (0, 3) else 0
    if printed[0] != EMPTY | {"file": path, "offset": begin, "error": error} or error.keys() != ERROR_KEYS:
        return False
    if not 0 <= error["offset"] <= Path(path).stat().st_size or min(error["line"], error["column"]) < 1:
        return False
    if error["class"] not in ("malformed", "unsupported", "schema") or not error["message"]:
        return False
    # Which of several defects is reported depends on the order of reading. A defect of form may cause others.
    return reason == "malformed" or not is_only_reason or error["code"] == reason


ERROR_KEYS = {"code", "class", "offset", "line", "column", "message", "hint"}


def comparable(row: Row) -> Row:
    """The row without its delivery, which depends on the files before, and with references in a namespace replaced."""
    row = row | {"delivery": None}
    if row["event"] and (other := row["event"]["other"]):
        row["event"] = row["event"] | {"other": other | {"namespace": decoded(other["namespace"])}}
    return row


def decoded(value: str) -> str:
    """An attribute value as XML reads it."""
    quote = "'" if '"' in value else '"'
    return ElementTree.fromstring(f"<x a={quote}{value}{quote}/>").attrib["a"]


def shown(verdict: Verdict) -> str:
    """A verdict as text: equal texts mean equal verdicts, `true` and `1` told apart."""
    return json.dumps(verdict, indent=2, sort_keys=True, ensure_ascii=False)


def diff(left_name: str, left: Verdict, right_name: str, right: Verdict) -> str:
    lines = difflib.unified_diff(
        shown(left).split("\n"), shown(right).split("\n"), left_name, right_name, lineterm=""
    )
    return "\n".join(lines)


def summarise(verdicts: dict[str, Verdict], seed: int) -> str | None:
    """Prints what was compared; a message if that was too little to mean anything."""
    accepted = [verdict for verdict in verdicts.values() if isinstance(verdict, list)]
    reasons = Counter(verdict for verdict in verdicts.values() if isinstance(verdict, str))
    rows = [row for verdict in accepted for row in verdict]
    kinds = Counter(row["event"]["kind"] for row in rows if row["event"])
    operations = Counter(verdict[0]["operation"] for verdict in accepted if verdict)
    print(f"seed {seed}: {len(verdicts)} bodies, {len(accepted)} accepted, {reasons.total()} refused")
    print("refused:", ", ".join(f"{reason} {count}" for reason, count in reasons.most_common()))
    print("accepted:", ", ".join(f"{operation} {count}" for operation, count in operations.most_common()))
    print(f"rows: {len(rows)}, events: {kinds.total()}")
    print("events:", ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()))
    if 2 * len(accepted) < len(verdicts) or not reasons:
        return "the generator is at fault: fewer than half of the bodies accepted, or none refused"
    if 50 * kinds["Other"] < kinds.total():
        return "the generator is at fault: hardly an unknown event"
    keys = "fault_code fault_string message_xml back_off_ms connection_status error_subscription_ids event".split()
    for key in keys:
        if 50 * sum(1 for row in rows if row[key]) < len(accepted):
            return f"the generator is at fault: hardly a {key}"
    return None


if __name__ == "__main__":
    sys.exit(main())
