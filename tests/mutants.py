"""Holds tests/mutants.md against what `cargo mutants` says: each mutant that it explains is one that there is,
and each that a run has missed is one that it explains.

    python3 tests/mutants.py                      what it explains exists
    python3 tests/mutants.py mutants.out...       and what these runs have missed is in it
"""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

LIST = Path(__file__).with_suffix(".md")


def difference(here, there, complaint):
    for mutant in (here - there).elements():
        print(f"{complaint}: {mutant}")
    return not here - there


def main():
    explained = Counter(re.findall(r"^src/.*", LIST.read_text(), re.MULTILINE))
    listed = subprocess.run(
        ["cargo", "mutants", "--list", "--line-col=false"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    is_good = difference(explained, Counter(listed), "explained, but there is none")
    missed = Counter()
    for run in sys.argv[1:]:
        names = (Path(run) / "missed.txt").read_text().splitlines()
        missed.update(re.sub(r":\d+:\d+:", ":", name, count=1) for name in names)
    is_good &= difference(missed, explained, "missed, and not explained")
    print(f"{len(listed)} mutants, of which {explained.total()} are explained")
    sys.exit(not is_good)


if __name__ == "__main__":
    main()
