"""Records measurements, and writes the documents from them.

    python3 benches/report.py run [-- OPTION…]   # all benches once, into benches/runs; options are for criterion
    python3 benches/report.py write              # benches/README.md, benches/chart.svg, chart and figures in README.md
    python3 benches/report.py check              # fails if one of these is not what `write` would write

A run is several short passes over all benches, so that contestants that are compared are timed within seconds of each
other: a slower phase of the machine affects them alike. Times are medians of criterion. Ratios are taken within a
pass. The figure of a run is the median of its passes. The documents give the median over all recorded runs, and their
spread. Remove the runs of older code before you record new ones. Instruction counts come from
benches/instructions.json, see benches/instructions.py. A corpus that is missing from a run or from the counts is left
out. No figure in a document is typed.

A run needs the C++ parsers of benches/native. Python 3.11 and its standard library suffice.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import textwrap
from collections import defaultdict
from datetime import date
from pathlib import Path
from statistics import median

sys.dont_write_bytecode = True

from chart import chart  # noqa: E402

BENCHES = Path(__file__).parent
ROOT = BENCHES.parent
RUNS = BENCHES / "runs"
COUNTS = BENCHES / "instructions.json"
PASSES = 5
NATIVE = ["--manifest-path", str(BENCHES / "native" / "Cargo.toml")]

MARK = "<!-- written by benches/report.py -->\n"
END_MARK = "<!-- until here -->\n"

OURS = "ews-notifications"
COLD = "ews-notifications-cold"
SCALAR = "ews-notifications-scalar"
BOUND = "memchr-count"
BOUNDS = [BOUND, "simdutf8"]
THREE = ["xmlparser", "quick-xml", "quick-xml-ns"]
CPP = ["rapidxml", "pugixml"]
PEERS = [*THREE, *CPP, "roxmltree", "uppsala", "simdxml"]
RUST_IN_CHART = ["simdxml", "quick-xml", "xmlparser", "roxmltree"]  # with the fastest one of PEERS for each corpus
IN_CHART = [OURS, "rapidxml", *RUST_IN_CHART]

CORPORA = {
    "heartbeat": "a StatusEvent, nothing else",
    "push-1": "one event",
    "push-50": "50 events",
    "pretty-10": "ten events, indented",
    "huge-20000": "20,000 events",
    "mixed": "traffic of a gateway: mostly heartbeats, some events, four servers",
    "dialect-3": "every message with other prefixes and quotes: three events",
    "stream-14": "an envelope of a stream: 14 events of two subscriptions",
    "stream-heartbeat": "a stream's heartbeat: an envelope with ConnectionStatus, nothing else",
}

# Required: time / memchr-count at most, times as fast as the fastest of the three at least.
TARGETS = [
    ("heartbeat", OURS, 3.3, 16),
    ("push-1", OURS, 4.0, 12),
    ("push-50", OURS, 5.5, 9),
    ("pretty-10", OURS, 7.5, 7),
    ("huge-20000", OURS, 4.5, 9),
    ("mixed", OURS, 5.0, 10),
    ("dialect-3", OURS, 12, 4),
    ("heartbeat", COLD, 8, None),
    ("push-1", COLD, 8, None),
    ("push-50", SCALAR, None, 3),
]


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
    for corpus in CORPORA:
        if corpus not in report.corpora:
            print(f"{corpus} is left out: it is missing from a run or from the instruction counts")
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
    cpu = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    run = {
        "date": date.today().isoformat(),
        "cpu": cpu[0].split(": ")[1] if cpu else "unknown",
        "cores": os.cpu_count(),
        "rustc": output(["rustc", "--version"]).strip(),
        "times": times([], options),
        "native": times(NATIVE, options),
    }
    latency = output(["cargo", "bench", "--bench", "latency"]).splitlines()
    run["latency"] = {case.pop("case"): case for case in map(json.loads, latency)}
    RUNS.mkdir(exist_ok=True)
    number = 1 + max((int(path.stem) for path in RUNS.glob("*.json")), default=0)
    path = RUNS / f"{number}.json"
    path.write_text(json.dumps(run, indent=1) + "\n")
    print(f"recorded {path.relative_to(ROOT)}")
    return 0


def times(cargo: list[str], options: list[str]) -> dict[str, dict[str, list[float]]]:
    """Nanoseconds that each contestant needs to read each corpus once, by pass."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for _ in range(PASSES):
        with tempfile.TemporaryDirectory(prefix="ews-criterion-") as folder:
            environment = os.environ | {"CRITERION_HOME": folder}
            command = ["cargo", "bench", *cargo, "--bench", "parse", "--", *options]
            subprocess.run(command, check=True, cwd=ROOT, env=environment)
            for path in sorted(Path(folder).glob("*/*/new/benchmark.json")):
                names = json.loads(path.read_text())
                estimates = json.loads(path.with_name("estimates.json").read_text())
                corpus = names["group_id"].removeprefix("parse/")
                found[corpus][names["function_id"]].append(round(estimates["median"]["point_estimate"], 1))
    return found


def output(command: list[str]) -> str:
    return subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout


# Reporting


class Report:
    def __init__(self) -> None:
        paths = sorted(RUNS.glob("*.json"), key=lambda path: int(path.stem))
        self.runs = [json.loads(path.read_text()) for path in paths]
        self.counted = json.loads(COUNTS.read_text())
        # Only corpora that all runs have: each figure is a median over all runs.
        measured = [self.counted["corpora"], *(run[part] for run in self.runs for part in ["times", "native"])]
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
        messages = self.counted["corpora"][corpus]["messages"]
        return [median(run[part][corpus][contestant]) / messages for run in self.runs]

    def ratios(self, corpus: str, contestant: str, to: str) -> list[float]:
        """Of each run: the time of a contestant divided by that of another, measured side by side."""
        return [median(ratios) for ratios in self.passes(corpus, contestant, to)]

    def passes(self, corpus: str, contestant: str, to: str) -> list[list[float]]:
        """The same for each pass of each run."""
        part = "native" if contestant in CPP else "times"
        both = [run[part][corpus] for run in self.runs]
        return [[a / b for a, b in zip(times[contestant], times[to])] for times in both]

    def lead(self, corpus: str, ours: str = OURS, peers: list[str] = THREE) -> list[float]:
        """Of each run: how many times as fast as the fastest of the peers this crate is."""
        each = [self.passes(corpus, peer, ours) for peer in peers]
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

    def bytes(self, corpus: str) -> float:
        """Of a message, on average."""
        counted = self.counted["corpora"][corpus]
        return counted["bytes"] / counted["messages"]

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
            "which is the best case. In a server's first message the lowest ratios are "
            f"{figure(cold)} and, to RapidXML, {figure(cold_rapidxml)}: slower than both. "
            f"See [benches/README.md](benches/README.md), medians of {runs(len(self.runs))}."
        )
        return (
            f"![Gigabytes per second of six parsers]({relative(BENCHES / 'chart.svg')})\n\n"
            f"{textwrap.fill(text, 130, break_long_words=False, break_on_hyphens=False)}\n"
        )

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
            "crate checks every rule and makes events. Except in `dialect-3`, the parser has learned the heads of the",
            "messages from earlier ones of the same servers. That is its best case. Without a learned head it parses each head.",
            "",
        ]

    def machines(self) -> str:
        names = {f"{run['cpu']} ({run['cores']} cores)" for run in self.runs}
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
            ["`frame`", "time to cut a stream into its envelopes, and to parse them"],
            ["`ndjson`", "time from a body to its lines of JSON, as `ewsn` prints them"],
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
            f"less than a minute once it is built. A recorded run is the median of {PASSES} such passes. A single pass is for",
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
            [str(number), run["date"], run["cpu"], str(run["cores"]), run["rustc"]]
            for number, run in enumerate(self.runs, 1)
        ]
        return [
            "One thread, default build flags, all checks on. Times are medians of criterion, over the messages of a",
            f"corpus in a fixed order. A run is {PASSES} passes over all benches. Ratios are taken within a pass. The figure of",
            "a run is the median of its passes. This page gives medians over these runs:",
            "",
            *table(["run", "date", "processor", "cores", "compiler"], rows),
            "",
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

    def targets(self) -> list[str]:
        rows = []
        for corpus, ours, at_most, at_least in TARGETS:
            bound, lead = self.ratios(corpus, ours, BOUND), self.lead(corpus, ours)
            fewer = self.instruction_ratio(corpus, self.fastest(corpus), ours)
            is_met = (at_most is None or median(bound) <= at_most) and (at_least is None or median(lead) >= at_least)
            variant = ours.removeprefix(OURS).removeprefix("-")
            name = f"{corpus}, {variant}" if variant else corpus
            asked = [str(at_most or ""), str(at_least or "")]
            verdict = "yes" if is_met else "**no**"
            rows.append([name, spread(bound), asked[0], spread(lead), asked[1], fewer, verdict])
        head = [
            "corpus",
            "time / memchr-count",
            "at most",
            f"times as fast as the fastest of {', '.join(THREE)}",
            "at least",
            "times fewer instructions",
            "met",
        ]
        return table(head, rows)

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


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def runs(count: int) -> str:
    return "one run" if count == 1 else f"{count} runs"


def figure(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio >= 10 else f"{ratio:.2f}"


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
