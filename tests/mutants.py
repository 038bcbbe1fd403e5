"""Compares tests/mutants.md with `cargo mutants`: each listed mutant has to exist, and each missed mutant of a run has
to be listed.

    python3 tests/mutants.py                      # every listed mutant exists
    python3 tests/mutants.py mutants.out...       # and every mutant that these runs missed is listed
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
    in_list = Counter(re.findall(r"^src/.*", LIST.read_text(), re.MULTILINE))
    listed = subprocess.run(
        ["cargo", "mutants", "--list", "--line-col=false"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    is_good = difference(in_list, Counter(listed), "listed, but it does not exist")
    missed = Counter()
    for run in sys.argv[1:]:
        names = (Path(run) / "missed.txt").read_text().splitlines()
        missed.update(re.sub(r":\d+:\d+:", ":", name, count=1) for name in names)
    is_good &= difference(missed, in_list, "missed, and not listed")
    print(f"{len(listed)} mutants, {in_list.total()} of them listed")
    sys.exit(not is_good)


if __name__ == "__main__":
    main()
