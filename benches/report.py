"""Records measurements, and writes the documents from them.

    python3 benches/report.py run [-- OPTION…]   # all benches once, into benches/runs; options are for criterion
    python3 benches/report.py write              # benches/README.md, benches/chart.svg, chart and figures in README.md
    python3 benches/report.py check              # fails if one of these is not what `write` would write

A run is several short passes over the benches of times, so that contestants that are compared are timed within seconds of each
other: a slower phase of the machine affects them alike. Times are medians of criterion. Ratios are taken within a
pass. The figure of a run is the median of its passes. The documents give the median over all recorded runs, and their
spread. Remove the runs of older code before you record new ones. Instruction counts come from
benches/instructions.json, see benches/instructions.py. What is missing from a run or from the counts is left out. No
figure in a document is typed.

A run needs the C++ parsers of benches/native. Python 3.11 and its standard library suffice.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import textwrap
import tomllib
from collections import defaultdict
from datetime import date
from pathlib import Path
from statistics import median

sys.dont_write_bytecode = True

import size  # noqa: E402
from chart import chart  # noqa: E402

BENCHES = Path(__file__).parent
ROOT = BENCHES.parent
RUNS = BENCHES / "runs"
COUNTS = BENCHES / "instructions.json"
PASSES = 3
RUST = [f"--bench={bench}" for bench in ["parse", "tokenize", "deviations", "conditions", "frame", "handlers"]]
LTO = {"CARGO_PROFILE_BENCH_LTO": "fat", "CARGO_PROFILE_BENCH_CODEGEN_UNITS": "1"}
NATIVE = ["--manifest-path", str(BENCHES / "native" / "Cargo.toml"), "--bench=parse"]
LIBRARIES = ["xmlparser", "quick-xml", "roxmltree", "uppsala", "simdxml", "memchr", "simdutf8"]

MARK = "<!-- written by benches/report.py -->\n"
END_MARK = "<!-- until here -->\n"

OURS = "ews-notifications"
COLD = "ews-notifications-cold"
SCALAR = "ews-notifications-scalar"
FRAMED = "framing-and-parsing"
BOUND = "memchr-count"
BOUNDS = [BOUND, "simdutf8"]
THREE = ["xmlparser", "quick-xml", "quick-xml-ns"]
CPP = ["rapidxml", "pugixml"]
PEERS = [*THREE, *CPP, "roxmltree", "uppsala", "simdxml"]
WALKS = ["xmlparser", "quick-xml"]
RUST_IN_CHART = ["simdxml", "quick-xml", "xmlparser", "roxmltree"]  # with the fastest one of PEERS for each corpus
IN_CHART = [OURS, "rapidxml", *RUST_IN_CHART]

CORPORA = {
    "heartbeat": "a StatusEvent, nothing else",
    "push-1": "one event",
    "push-50": "50 events",
    "pretty-10": "ten events, indented",
    "huge-20000": "20,000 events",
    "error": "a push that reports an error",
    "mixed": "traffic of a gateway: mostly heartbeats, some events, four servers",
    "dialect-3": "every message with other prefixes and quotes: three events",
    "stream-14": "an envelope of a stream: 14 events of two subscriptions",
    "stream-heartbeat": "a stream's heartbeat: an envelope with ConnectionStatus, nothing else",
}

# Required: time / memchr-count at most; at least: times as fast as the fastest of the three, RapidXML's time / ours.
TARGETS = [
    ("heartbeat", OURS, 3.3, 16, None),
    ("push-1", OURS, 4.0, 12, None),
    ("push-50", OURS, 5.5, 9, None),
    ("pretty-10", OURS, 7.5, 7, None),
    ("huge-20000", OURS, 4.5, 9, None),
    ("mixed", OURS, 5.0, 10, None),
    ("dialect-3", OURS, 12, 4, None),
    ("error", OURS, None, 5, None),
    ("heartbeat", COLD, 8, None, None),
    ("push-1", COLD, 8, None, None),
    ("push-50", SCALAR, None, 3, None),
    ("fresh/heartbeat", OURS, None, 5, None),
    ("fresh/push-1", OURS, None, 5, None),
    ("fresh/mixed", OURS, None, 5, None),
    ("evicted/heartbeat", OURS, None, 2.5, None),
    ("evicted/push-1", OURS, None, 2.5, None),
    ("evicted/mixed", OURS, None, 2.5, None),
    ("frame/stream-heartbeat/envelopes", FRAMED, None, 8, None),
    ("frame/stream-heartbeat/16-KiB", FRAMED, None, 8, None),
    ("tokenize/ews-push-50", OURS, 15, 3.2, 1.0),
    ("tokenize/ews-heartbeat", OURS, 17, 2.7, 0.95),
    ("tokenize/schema", OURS, 28, 3.0, 1.05),
    ("tokenize/svg", OURS, 37, 2.5, 0.8),
    ("tokenize/records", OURS, 38, 1.9, 0.7),
    ("tokenize/cjk", OURS, 20, 4.0, 1.15),
    ("tokenize/long-values", OURS, 16, 4.0, 1.3),
    ("tokenize/feed", OURS, 14.5, 3.6, 1.2),
    ("tokenize/wsdl", OURS, 30, 2.35, 0.7),
    ("tokenize/minified", OURS, 20, 3.8, 1.3),
    ("tokenize/pretty", OURS, 20, 3.8, 1.25),
]

# Required: time / time of the canonical form at most, times as fast as the faster of two walks at least. The key is the
# beginning of the description of a deviation.
DEVIATION_TARGETS = {"One child": (5, 2.5), "Two children": (5, 2.5), "The whole event": (None, 1.7)}

# Required: the time with 64 server builds / with 4 at most.
BUILDS_TARGET = 2

# Required: KiB of code, seconds to compile.
SIZE_TARGET = (200, 10)


def main() -> int:
    parser = argparse.ArgumentParser(description="Records measurements, and writes the documents from them.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run").add_argument("options", nargs="*")
    commands.add_parser("write")
    commands.add_parser("check")
    arguments = parser.parse_args()
    if arguments.command == "run":
        return record(arguments.options)
    if not any(RUNS.glob("*.json")):
        print("no run is recorded, so there is nothing to report")
        return 0
    report = Report()
    for group in dict.fromkeys([*CORPORA, *(target[0] for target in TARGETS)]):
        if group not in report.groups:
            print(f"{group} is left out: it is missing from a run or from the instruction counts")
    documents = report.documents()
    if arguments.command == "write":
        for path, text in documents.items():
            path.write_text(text)
        return 0
    stale = [path for path, text in documents.items() if not path.exists() or path.read_text() != text]
    for path in stale:
        print(f"{path.relative_to(ROOT)} differs from the records: run benches/report.py write")
    return 1 if stale else 0


# Measuring


def record(options: list[str]) -> int:
    sizes: dict[str, dict[str, int]] = {}
    run = {
        "date": date.today().isoformat(),
        "commit": output(["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]).strip(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "rustc": output(["rustc", "--version"]).strip(),
        "libraries": libraries(),
        "sizes": sizes,
        "times": times(RUST, options, sizes),
        "lto": times(["--bench=tokenize", "--target-dir=target/lto"], options, sizes, LTO),
        "native": times(NATIVE, options, sizes),
        "size": size.measure(),
    }
    latency = output(["cargo", "bench", "--bench", "latency"]).splitlines()
    run["latency"] = {case.pop("case"): case for case in map(json.loads, latency)}
    RUNS.mkdir(exist_ok=True)
    number = 1 + max((int(path.stem) for path in RUNS.glob("*.json")), default=0)
    path = RUNS / f"{number}.json"
    path.write_text(json.dumps(run, indent=1) + "\n")
    print(f"recorded {path.relative_to(ROOT)}")
    return 0


def processor() -> str:
    """Its name, with the family and the model: the name alone may be that of several microarchitectures."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    fields = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    return f"{fields['model name']}, {fields['vendor_id']} family {fields['cpu family']} model {fields['model']}"


def libraries() -> dict[str, str]:
    """The versions of the other parsers."""
    packages = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
    found = {package["name"]: package["version"] for package in packages if package["name"] in LIBRARIES}
    for name in CPP:
        found[name] = output(["dpkg-query", "--show", "--showformat=${Version}", f"lib{name}-dev"])
    return found


def times(
    benches: list[str], options: list[str], sizes: dict[str, dict[str, int]], profile: dict[str, str] | None = None
) -> dict[str, dict[str, list[float]]]:
    """Nanoseconds that each contestant needs to read each corpus once, by pass. Adds the messages and bytes of each corpus to `sizes`."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for _ in range(PASSES):
        with tempfile.TemporaryDirectory(prefix="ews-criterion-") as folder:
            environment = os.environ | {"CRITERION_HOME": folder} | (profile or {})
            subprocess.run(["cargo", "bench", *benches, "--", *options], check=True, cwd=ROOT, env=environment)
            for path in sorted(Path(folder).glob("*/*/new/benchmark.json")):
                names = json.loads(path.read_text())
                estimates = json.loads(path.with_name("estimates.json").read_text())
                group = names["group_id"].removeprefix("parse/")
                sizes[group] = names["throughput"]["ElementsAndBytes"]
                found[group][names["function_id"]].append(round(estimates["median"]["point_estimate"], 1))
    return found


def output(command: list[str]) -> str:
    return subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout


# Reporting


class Report:
    def __init__(self) -> None:
        paths = sorted(RUNS.glob("*.json"), key=lambda path: int(path.stem))
        self.runs = [json.loads(path.read_text()) for path in paths]
        self.counted = json.loads(COUNTS.read_text())
        # Only groups that all runs have: each figure is a median over all runs.
        self.groups = set.intersection(*(set(run["times"]) for run in self.runs))
        measured = [self.counted["corpora"], self.groups, *(run["native"] for run in self.runs)]
        self.corpora = {name: what for name, what in CORPORA.items() if all(name in corpora for corpora in measured)}

    def documents(self) -> dict[Path, str]:
        readme = ROOT / "README.md"
        return {
            readme: replaced(readme.read_text(), MARK, self.summary()),
            BENCHES / "README.md": self.whole(),
            BENCHES / "chart.svg": self.chart(),
        }

    # Numbers

    def times(self, corpus: str, contestant: str) -> list[float]:
        """Of each run: nanoseconds per message."""
        part = "native" if contestant in CPP else "times"
        messages, _ = self.size(corpus)
        return [median(run[part][corpus][contestant]) / messages for run in self.runs]

    def ratios(self, corpus: str, contestant: str, to: str) -> list[float]:
        """Of each run: the time of a contestant divided by that of another, measured side by side."""
        return [median(ratios) for ratios in self.passes(corpus, contestant, to)]

    def passes(self, corpus: str, contestant: str, to: str, part: str = "times") -> list[list[float]]:
        """The same for each pass of each run."""
        part = "native" if contestant in CPP else part
        both = [run[part][corpus] for run in self.runs]
        return [[a / b for a, b in zip(times[contestant], times[to])] for times in both]

    def lead(self, corpus: str, ours: str = OURS, peers: list[str] = THREE, part: str = "times") -> list[float]:
        """Of each run: how many times as fast as the fastest of the peers this crate is."""
        each = [self.passes(corpus, peer, ours, part) for peer in peers]
        return [median(map(min, zip(*ratios))) for ratios in zip(*each)]

    def cold_rapidxml(self, corpus: str) -> list[float]:
        """Of each run: the ratio to RapidXML without a learned head. The two were measured beside `OURS`, not beside each other."""
        both = zip(self.ratios(corpus, "rapidxml", OURS), self.ratios(corpus, COLD, OURS))
        return [rapidxml / cold for rapidxml, cold in both]

    def fastest(self, corpus: str, peers: list[str] = THREE) -> str:
        return min(peers, key=lambda peer: median(self.times(corpus, peer)))

    def instructions(self, corpus: str, contestant: str) -> int:
        return self.counted["corpora"][corpus]["instructions"][contestant]

    def instruction_ratio(self, corpus: str, contestant: str, to: str = OURS) -> str:
        return figure(self.instructions(corpus, contestant) / self.instructions(corpus, to))

    def size(self, corpus: str) -> tuple[int, int]:
        """Messages and bytes."""
        sizes = self.runs[0].get("sizes", {})
        if corpus in sizes:
            return sizes[corpus]["elements"], sizes[corpus]["bytes"]
        counted = self.counted["corpora"][corpus]
        return counted["messages"], counted["bytes"]

    def bytes(self, corpus: str) -> float:
        """Of a message, on average."""
        messages, size = self.size(corpus)
        return size / messages

    def members(self, bench: str) -> list[str]:
        """The groups of a bench, without its name, in the order of the record."""
        return [group.removeprefix(bench) for group in self.runs[0]["times"] if group in self.groups and group.startswith(bench)]

    # Documents

    def summary(self) -> str:
        """The part of README.md: the chart, and its figures in words."""
        rust = {corpus: median(self.lead(corpus, peers=RUST_IN_CHART)) for corpus in self.corpora}
        rapidxml = [median(self.ratios(corpus, "rapidxml", OURS)) for corpus in self.corpora]
        cold = min(median(self.lead(corpus, COLD, RUST_IN_CHART)) for corpus in self.corpora)
        cold_rapidxml = min(median(self.cold_rapidxml(corpus)) for corpus in self.corpora)
        least, most = (
            f"{figure(rust[corpus])} ({CORPORA[corpus].split(':')[0]})"
            for corpus in (min(rust, key=rust.__getitem__), max(rust, key=rust.__getitem__))
        )
        text = (
            f"This crate is {least} to {most} times as fast as the fastest other Rust parser in the chart. It is "
            f"{figure(min(rapidxml))} to {figure(max(rapidxml))} times as fast as RapidXML (C++). The others only walk over the "
            "document. This crate checks every rule and makes events. Most of these messages are like earlier ones, "
            f"which is the best case. In a server's first message it is at worst {figure(cold)} times as fast as the other Rust "
            f"parsers, and {figure(cold_rapidxml)} times as fast as RapidXML (below 1 is slower). "
        )
        if documents := self.members("tokenize/"):
            leads = [median(self.lead(f"tokenize/{name}")) for name in documents]
            text += (
                f"On any XML, its tokenizer is {figure(min(leads))} to {figure(max(leads))} times as fast as the fastest of "
                f"{', '.join(THREE)}. "
            )
        text += f"See [benches/README.md](benches/README.md), medians of {runs(len(self.runs))}."
        lines = [
            f"![Gigabytes per second of six parsers]({relative(BENCHES / 'chart.svg')})",
            "",
            textwrap.fill(text, 130, break_long_words=False, break_on_hyphens=False),
        ]
        if at_rest := self.at_rest():
            explanation = "The same messages hot, each different from the last 65,535 (fresh), and after other code and 4 MiB of other data (evicted):"
            lines += ["", explanation, "", *at_rest]
        return "\n".join([*lines, ""])

    def speed(self) -> list[str]:
        """One row for each corpus."""
        rows = []
        for corpus, what in self.corpora.items():
            lead, cold = (self.lead(corpus, ours, RUST_IN_CHART) for ours in [OURS, COLD])
            fastest, rapidxml = self.fastest(corpus, RUST_IN_CHART), self.ratios(corpus, "rapidxml", OURS)
            time = f"{median(self.times(corpus, OURS)):,.0f} ns"
            size = f"{self.bytes(corpus):,.0f}"
            ratios = [spread(lead), spread(cold), fastest, spread(rapidxml), spread(self.cold_rapidxml(corpus))]
            rows.append([f"`{corpus}`: {what}", size, time, *ratios])
        head = [
            "message",
            "bytes",
            "time",
            "times as fast as the fastest Rust parser",
            "without a learned head",
            "fastest Rust parser",
            "times as fast as RapidXML",
            "without a learned head",
        ]
        return [
            "![Gigabytes per second of six parsers](chart.svg)",
            "",
            *table(head, rows),
            "",
            f"Median and, in brackets, least and most of {runs(len(self.runs))} on {self.machines()}. The Rust parsers are",
            f"{', '.join(RUST_IN_CHART)}. Each peer only walks over the document and adds up lengths. This",
            "crate checks every rule and makes events. The parser has learned the heads of the messages from earlier ones",
            "of the same servers. That is its best case. Without a learned head it parses each head.",
            "",
        ]

    def machines(self) -> str:
        names = {f"{run['processor']} ({run['cores']} cores)" for run in self.runs}
        return ", ".join(sorted(names))

    def whole(self) -> str:
        """benches/README.md."""
        return "\n".join(
            [
                "# Measurements",
                "",
                "Written by `benches/report.py` from `benches/runs` and `benches/instructions.json`. Strictness is in",
                "[SCORE.md](SCORE.md). [OPTIMISATIONS.md](OPTIMISATIONS.md) lists the ideas that were tried.",
                "",
                "## Speed",
                "",
                *self.speed(),
                *self.conditions(),
                *self.documents_of_any_kind(),
                *self.deviations(),
                *self.builds(),
                *self.streams(),
                *self.handlers(),
                *self.sizes(),
                "## Run the benches",
                "",
                *self.usage(),
                "## Method",
                "",
                *self.method(),
                "## Required speed",
                "",
                *self.targets(),
                "",
                "## Corpora",
                "",
                "Each table has one row for each contestant. The ratios are: its time to that of `memchr-count`, its time to",
                "that of `ews-notifications`, and its instructions to those of `ews-notifications`. Brackets hold the least",
                "and the most of the runs.",
                "",
                *(line for corpus in self.corpora for line in self.corpus(corpus)),
                "## Latency",
                "",
                *self.latency(),
            ]
        )

    def usage(self) -> list[str]:
        rows = [
            ["`parse`", "time to read each corpus: this crate, other parsers, two lower bounds"],
            ["`tokenize`", "time to read other XML: the tokenizer of this crate, other parsers, two lower bounds"],
            ["`deviations`", "time to parse pushes that deviate from the canonical form in every event"],
            ["`conditions`", "time to parse messages that are new, evicted from caches, or of many server builds"],
            ["`frame`", "time to cut a stream into its envelopes, and to parse them"],
            ["`handlers`", "time from a body to events, owned events and JSON"],
            ["`latency`", "time of single messages, as quantiles"],
            ["`instructions`", "instructions to read each corpus; without callgrind it only asserts the sums"],
            ["`growth`", "instructions for expensive bodies, and for four times as much"],
            ["`score`", "verdicts of this crate and other parsers on the same documents"],
        ]
        return [
            "```text",
            "cargo bench                                         # all, with nothing but the toolchain",
            "cargo bench --bench parse -- 'parse/heartbeat/'     # one corpus of one bench",
            "cargo bench --bench parse -- --measurement-time 3   # longer, and so with less spread",
            "```",
            "",
            *table(["bench", "measures"], rows),
            "",
            "The benches are a package of their own, so that `cargo test` compiles neither criterion nor the parsers that",
            "only the benches need. Each contestant is checked before it is timed: its sum over the corpus has to be right.",
            "The bench `score` judges the documents of the W3C suite only if `XMLCONF` names them.",
            "",
            "By default criterion warms up for 0.1 s and measures for 0.3 s, 20 samples for each contestant. So a bench takes",
            f"about a minute once it is built. A recorded run is the median of {PASSES} such passes. A single pass is for",
            "orientation only. " + self.pass_spread(),
            "",
        ]

    def pass_spread(self) -> str:
        """How far single passes are from the figure of their run."""
        off = []
        for corpus in self.corpora:
            for contestant in [COLD, SCALAR, *PEERS]:
                for ratios in self.passes(corpus, contestant, OURS):
                    off += [abs(ratio / median(ratios) - 1) for ratio in ratios]
        off.sort()
        middle, tail = (off[len(off) * share // 100] for share in (50, 95))
        return f"In the recorded runs, the ratio\nof a single pass is off by {middle:.1%} (median) and {tail:.1%} (95 of 100)."

    def method(self) -> list[str]:
        rows = [
            [str(number), run["date"], run["commit"], run["processor"], str(run["cores"]), run["rustc"]]
            for number, run in enumerate(self.runs, 1)
        ]
        return [
            "One thread, cargo's default profile, all checks on. Times are medians of criterion, over the messages of a",
            f"corpus in a fixed order. A run is {PASSES} passes over all benches. Ratios are taken within a pass. The figure of",
            "a run is the median of its passes. This page gives medians over these runs:",
            "",
            *table(["run", "date", "commit", "processor", "cores", "compiler"], rows),
            "",
            *self.versions(),
            "```text",
            "apt-get install g++ libpugixml-dev librapidxml-dev valgrind",
            "python3 benches/report.py run            # one run, on a quiet machine",
            "python3 benches/instructions.py record   # instruction counts",
            "python3 benches/report.py write          # this file, the chart, and the figures of README.md",
            "```",
            "",
            "`ews-notifications` parses with one long-lived `Parser`. `-cold` does not learn heads. `-scalar` uses the scalar",
            "kernel. Each of them looks at every text of every event. The peers walk over every element, attribute and",
            "text, add up lengths and keep nothing. `rapidxml` and `pugixml` were compared with `ews-notifications` in a",
            "bench of their own, `benches/native`. Two contestants are",
            "lower bounds to compare with: `memchr-count` counts `<`, `simdutf8` validates UTF-8.",
            "",
            f"Instructions were counted with callgrind ({self.counted['valgrind']}), {self.counted['rustc']},",
            f"kernel {self.counted['kernel']}. They do not depend on the machine's load. Where a ratio of times differs from",
            "one of instructions, the causes are mispredicted branches and memory.",
            "",
        ]

    def versions(self) -> list[str]:
        """Of the other parsers."""
        found = {f"{name} {version}" for run in self.runs for name, version in run["libraries"].items()}
        text = f"Versions of the other parsers: {', '.join(sorted(found))}."
        return [*textwrap.wrap(text, 110, break_on_hyphens=False), ""] if found else []

    def targets(self) -> list[str]:
        rows = []
        for corpus, ours, at_most, at_least, rapidxml_at_least in TARGETS:
            if corpus not in self.groups:
                continue
            found = [
                (self.ratios(corpus, ours, BOUND), at_most, 1),
                (self.lead(corpus, ours), at_least, -1),
                (self.ratios(corpus, "rapidxml", OURS) if rapidxml_at_least else [], rapidxml_at_least, -1),
            ]
            name = f"{corpus}, {variant}" if (variant := ours.removeprefix(OURS).removeprefix("-")) else corpus
            cells = [cell for ratios, asked, _ in found for cell in (spread(ratios) if ratios else "", str(asked or ""))]
            is_met = all(sign * median(ratios) <= sign * asked for ratios, asked, sign in found if asked)
            rows.append([name, *cells, yes_or_no(is_met)])
        head = [
            "corpus",
            "time / memchr-count",
            "at most",
            f"times as fast as the fastest of {', '.join(THREE)}",
            "at least",
            "RapidXML's time / time",
            "at least",
            "met",
        ]
        return table(head, rows)

    # The conditions that hot loops over few messages leave out

    def at_rest(self) -> list[str]:
        """Rows for the same messages hot, never seen before, and evicted."""
        rows = []
        for corpus, ours in [(corpus, ours) for corpus in ["heartbeat", "push-1", "mixed"] for ours in [OURS, COLD]]:
            if f"fresh/{corpus}" not in self.groups:
                return []
            row = [f"`{corpus}`" if ours == OURS else f"`{corpus}`, without a learned head"]
            for condition in ["", "fresh/", "evicted/"]:
                time = median(self.times(condition + corpus, ours))
                row += [f"{time:,.0f} ns", spread(self.lead(condition + corpus, ours, [*THREE, "simdxml"]))]
            rows.append(row)
        lead = "times as fast"
        return table(["message", "hot", lead, "fresh", lead, "evicted", lead], rows)

    def conditions(self) -> list[str]:
        rows = self.at_rest()
        return rows and [
            "## Hot and at rest",
            "",
            "The speed above is that of a busy parser: caches hold the messages, and branches are predicted. `fresh`: each",
            "message differs from the last 65,535, so neither caches nor predictors know it. `evicted`: before each message",
            "other code runs and 4 MiB of other data are touched. Each of these messages is timed alone, which adds the",
            f"time of reading the clock. Ratios are to the fastest of {', '.join([*THREE, 'simdxml'])}.",
            "",
            *rows,
            "",
        ]

    def documents_of_any_kind(self) -> list[str]:
        """What the tokenizer reads, and its speed if that is recorded."""
        what = described("documents.rs")
        documents = [[f"`{name}`", text] for name, text in what.items()]
        names = [name for name in what if f"tokenize/{name}" in self.groups]
        contestants = [BOUND, "simdutf8", OURS, *THREE, "uppsala", "roxmltree", *CPP]
        ratios, times = [], []
        for name in names:
            group = f"tokenize/{name}"
            size = f"{self.bytes(group):,.0f}"
            gigabytes = figure(self.bytes(group) / median(self.times(group, OURS)))
            lead, bound = spread(self.lead(group)), spread(self.ratios(group, OURS, BOUND))
            rapidxml = spread(self.ratios(group, "rapidxml", OURS))
            lto = spread(self.lead(group, part="lto"))
            ratios.append([f"`{name}`", size, gigabytes, lead, self.fastest(group), lto, bound, rapidxml])
            times.append([f"`{name}`", *(microseconds(median(self.times(group, one))) for one in contestants)])
        head = [
            "document",
            "bytes",
            "GB/s",
            "times as fast as the fastest of three",
            "fastest of three",
            "with link-time optimisation: times as fast",
            "time / memchr-count",
            "RapidXML's time / time",
        ]
        measured = names and [
            "The public `Tokenizer` with buffers that are used again reads every name, namespace, attribute value and text.",
            "The others do the same, except that xmlparser, quick-xml, RapidXML and pugixml resolve no namespaces.",
            "roxmltree, uppsala and pugixml also replace references. Link-time optimisation of the whole program makes some of",
            "the others faster, because they leave less to be inlined by default.",
            "",
            *table(head, ratios),
            "",
            "Microseconds to read a document:",
            "",
            *table(["document", *(f"`{one}`" for one in contestants)], times),
            "",
        ]
        return [
            "## Any XML",
            "",
            "Invented documents in the shape of real ones. Their bytes never change.",
            "",
            *table(["document", "what it imitates"], documents),
            "",
            *measured,
        ]

    def deviations(self) -> list[str]:
        """Pushes that deviate in every event, and their speed if that is recorded."""
        what = described("deviations.rs")
        deviations = [[f"`{name}`", text] for name, text in what.items()]
        rows = []
        for name in what:
            group = f"deviations/{name}"
            if group in self.groups:
                at_most, at_least = DEVIATION_TARGETS[what[name].split(":")[0]]
                canonical, lead = self.ratios(group, OURS, "canonical"), self.lead(group, OURS, WALKS)
                is_met = (not at_most or median(canonical) <= at_most) and median(lead) >= at_least
                time = f"{median(self.times(group, OURS)):,.0f} ns"
                asked = [str(at_most or ""), str(at_least)]
                rows.append([f"`{name}`", time, spread(canonical), asked[0], spread(lead), asked[1], yes_or_no(is_met)])
        lead = f"times as fast as the faster of {' and '.join(WALKS)}"
        head = ["deviation", "time", "time / canonical", "at most", lead, "at least", "met"]
        return [
            "## Deviations",
            "",
            "The pushes of `push-50`, with one small deviation in every event. A prediction fails at each of them. The",
            "required speed depends on how much of an event deviates.",
            "",
            *table(["deviation", "what deviates"], deviations),
            "",
            *(rows and [*table(head, rows), ""]),
        ]

    def builds(self) -> list[str]:
        """Many server builds: a section, or nothing."""
        counts = ["1", "4", "8", "9", "16", "64"]
        rows = []
        for name in self.members("heads/"):
            group = f"heads/{name}"
            growth = self.ratios(group, "64", "4")
            times = [f"{median(self.times(group, count)):,.0f}" for count in counts]
            is_met = median(growth) <= BUILDS_TARGET
            rows.append([f"`{name}`", *times, spread(growth), str(BUILDS_TARGET), yes_or_no(is_met), spread(self.lead(group, "64"))])
        head = ["messages", *counts, "64 / 4", "at most", "met", "64: times as fast as the fastest of three"]
        return rows and [
            "## Server builds",
            "",
            "A parser learns the head of each server build. Nanoseconds for a message, by the number of builds that send to",
            "one parser, in turn or at random:",
            "",
            *table(head, rows),
            "",
        ]

    def streams(self) -> list[str]:
        """Framing: a section, or nothing."""
        rows = []
        for name in self.members("frame/"):
            group = f"frame/{name}"
            times = [f"{median(self.times(group, part)):,.0f}" for part in ["framing", "parsing", FRAMED]]
            rows.append([f"`{name}`", *times, spread(self.lead(group, FRAMED))])
        head = ["envelopes, and the chunks in which they arrive", "framing", "parsing", "both", "both: times as fast as the fastest of three"]
        return rows and [
            "## Streams",
            "",
            "Nanoseconds for an envelope. The other parsers get each envelope cut out already.",
            "",
            *table(head, rows),
            "",
        ]

    def handlers(self) -> list[str]:
        """Beyond parsing: a section, or nothing."""
        rows = []
        for name in self.members("handlers/"):
            group = f"handlers/{name}"
            row = [f"`{name}`"]
            for form in ["", "-owned", "-json"]:
                time = median(self.times(group, OURS + form))
                row += [f"{time:,.0f} ns", spread(self.ratios(group, f"quick-xml{form}", OURS + form))]
            rows.append([*row, f"{median(self.times(group, f'{OURS}-ndjson')):,.0f} ns"])
        lead = "times as fast"
        head = ["message", "events", lead, "owned events", lead, "JSON", lead, "lines of `ewsn`"]
        return rows and [
            "## Handlers",
            "",
            "Time from a body to typed events that borrow, to events that own their text, and to JSON of the message by serde.",
            "Ratios are to a consumer written by hand on quick-xml, which fills the same model. It checks neither namespaces nor",
            "the grammar of EWS.",
            "",
            *table(head, rows),
            "",
        ]

    def sizes(self) -> list[str]:
        """What linking costs: a section, or nothing."""
        if not all("size" in run for run in self.runs):
            return []
        rows = []
        for crate in self.runs[0]["size"]:
            kibibytes = [run["size"][crate]["text"] / 1024 for run in self.runs]
            seconds = [run["size"][crate]["seconds"] for run in self.runs]
            asked, verdict = ["", ""], ""
            if crate == OURS:
                asked = [str(limit) for limit in SIZE_TARGET]
                verdict = yes_or_no(median(kibibytes) <= SIZE_TARGET[0] and median(seconds) <= SIZE_TARGET[1])
            rows.append([f"`{crate}`", spread(kibibytes), asked[0], spread(seconds), asked[1], verdict])
        head = ["crate", "KiB of code", "at most", "seconds to compile", "at most", "met"]
        return [
            "## Size",
            "",
            "The code that one call of the crate adds to a program, and the time to compile the crate alone, in cargo's default",
            "release profile. `python3 benches/size.py` measures both.",
            "",
            *table(head, rows),
            "",
        ]

    def corpus(self, corpus: str) -> list[str]:
        rows = []
        for contestant in [OURS, COLD, SCALAR, *PEERS, *BOUNDS]:
            is_compared = contestant not in [OURS, *BOUNDS]
            rows.append(
                [
                    f"`{contestant}`",
                    f"{median(self.times(corpus, contestant)):,.0f}",
                    figure(median(self.ratios(corpus, contestant, BOUND))),
                    spread(self.ratios(corpus, contestant, OURS)) if is_compared else "",
                    self.instruction_ratio(corpus, contestant) if is_compared else "",
                    f"{self.instructions(corpus, contestant):,}",
                ]
            )
        what, messages = CORPORA[corpus], self.counted["corpora"][corpus]["messages"]
        fastest = self.fastest(corpus)
        fewer = self.instruction_ratio(corpus, fastest)
        rows.append([f"fastest of three: `{fastest}`", "", "", spread(self.lead(corpus)), fewer, ""])
        head = ["contestant", "ns", "/ memchr-count", "/ ews-notifications", "instructions / ews-notifications", "instructions"]
        return [
            f"### {corpus}",
            "",
            f"{what[0].upper()}{what[1:]}. Messages: {messages}, bytes of one on average: {self.bytes(corpus):,.0f}.",
            "",
            *table(head, rows),
            "",
        ]

    def latency(self) -> list[str]:
        quantiles = ["p50", "p99", "p99.9", "worst"]
        rows = []
        for case, found in self.runs[0]["latency"].items():
            middle = [median(times) for times in (self.quantiles(case, name) for name in quantiles)]
            highest = max(self.quantiles(case, "worst"))
            rows.append([case, f"{found['samples']:,}", *(f"{time:,.0f}" for time in middle), f"{highest:,}"])
        head = ["nanoseconds", "messages", *quantiles, "worst of all runs"]

        best, warm, clock = "warm, each message at its best", "warm", "the clock alone"
        slowest = max((run["latency"][best]["worst"] for run in self.runs), key=lambda worst: worst["ns"])
        return [
            "Each message of the corpus `mixed` is timed alone. The clock is read before and after it. Medians of the runs:",
            "",
            *table(head, rows),
            "",
            f"At its best of all rounds, no message took longer than {slowest['ns']:,} ns. That message has {slowest['bytes']:,} bytes.",
            f"Longer times, up to {max(self.quantiles(warm, 'worst')):,} ns, are interruptions: the same message took less in another round.",
            f"Two readings of the clock with nothing between them were up to {max(self.quantiles(clock, 'worst')):,} ns apart. The first message",
            "of a parser allocates memory and finds no learned head. The first message of a process also finds cold caches,",
            "unmapped pages and untrained branch predictors.",
            "",
        ]

    def quantiles(self, case: str, name: str) -> list[int]:
        return [run["latency"][case][name]["ns"] for run in self.runs]

    def chart(self) -> str:
        """The throughput of the others is computed from ours and the ratio, which is taken side by side."""
        groups = {}
        for corpus in self.corpora:
            size = self.bytes(corpus)
            ours = size / median(self.times(corpus, OURS))
            groups[corpus] = {name: ours / median(self.ratios(corpus, name, OURS)) for name in IN_CHART}
        return chart("Gigabytes per second, more is better", groups)


def replaced(text: str, mark: str, part: str) -> str:
    """The text, with the part from the mark to the next end mark replaced."""
    before, rest = text.split(mark)
    _, after = rest.split(END_MARK, 1)
    return before + mark + part + END_MARK + after


def described(module: str) -> dict[str, str]:
    """What each corpus of a module is: the doc comment of the function with its name."""
    source = (BENCHES / "corpus" / module).read_text()
    functions = re.findall(r"((?:^/// .*\n)+)fn (\w+)\(", source, re.MULTILINE)
    named = {name.replace("_", "-"): " ".join(doc.replace("/// ", "").split()) for doc, name in functions}
    return {name: what for name, what in named.items() if f'"{name}"' in source}


def yes_or_no(is_met: bool) -> str:
    return "yes" if is_met else "**no**"


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def runs(count: int) -> str:
    return "one run" if count == 1 else f"{count} runs"


def figure(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio >= 10 else f"{ratio:.2f}"


def microseconds(nanoseconds: float) -> str:
    return f"{nanoseconds / 1000:,.0f}" if nanoseconds >= 100_000 else f"{nanoseconds / 1000:.3g}"


def spread(ratios: list[float]) -> str:
    """The median, and in brackets the least and the most."""
    if len(ratios) == 1:
        return figure(ratios[0])
    return f"{figure(median(ratios))} ({figure(min(ratios))}–{figure(max(ratios))})"


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """A Markdown table. All columns but the first are aligned to the right."""
    rule = ["---", *("---:" for _ in head[1:])]
    return [f"| {' | '.join(cells)} |" for cells in [head, rule, *rows]]


if __name__ == "__main__":
    sys.exit(main())
