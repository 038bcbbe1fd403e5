"""Reduces the corpus of fuzz targets to at most 100 inputs each.

    python3 fuzz/minimize.py [TARGET…]

Inputs of fuzz/corpus and fuzz/found compete. libFuzzer reports the coverage features of each. A greedy set cover takes the
input that adds the most features, of equal ones the shortest, then the first by content. Inputs whose names are not hashes
are always kept. The features determine the choice, but those of a few inputs may differ from run to run. Needs a nightly
compiler and `cargo install cargo-fuzz`."""

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FUZZ = Path(__file__).resolve().parent
TARGETS = ["tokens", "parse", "invariance", "mutate", "frame", "continuity", "time"]
LIMIT = 100
HASH = re.compile(r"[0-9a-f]{12}|[0-9a-f]{40}")


def features(target: str, inputs: Path) -> dict[str, set[str]]:
    """The coverage features of each input, by its name."""
    with tempfile.TemporaryDirectory() as folder:
        control, merged = Path(folder) / "control", Path(folder) / "merged"
        merged.mkdir()
        command = ["cargo", "+nightly", "fuzz", "run", "--sanitizer", "none", "--no-trace-compares", target, merged, inputs]
        options = ["-set_cover_merge=1", f"-merge_control_file={control}", "-timeout=60"]
        subprocess.run([*command, "--", *options], cwd=FUZZ.parent, check=True, stderr=subprocess.DEVNULL)
        lines = control.read_text().splitlines()
    # The number of inputs, the number of those that were there before, and their paths; then records by index.
    paths = lines[2 : 2 + int(lines[0])]
    found: dict[str, set[str]] = {}
    for line in lines[2 + len(paths) :]:
        kind, at, *values = line.split()
        if kind == "FT":
            found[Path(paths[int(at)]).name] = set(values)
    return found


def chosen(inputs: dict[str, bytes], found: dict[str, set[str]]) -> list[str]:
    """The names of the inputs to keep."""
    kept = sorted(name for name in inputs if not HASH.fullmatch(name))
    covered = set().union(*(found.get(name, set()) for name in kept))
    left = set(inputs) - set(kept)
    while left and len(kept) < LIMIT:
        best = min(left, key=lambda name: (-len(found.get(name, set()) - covered), len(inputs[name]), inputs[name]))
        if not found.get(best, set()) - covered:
            break
        covered |= found[best]
        kept.append(best)
        left.remove(best)
    everything = set().union(*found.values())
    print(f"{len(kept)} of {len(inputs)} inputs, {len(covered)} of {len(everything)} features")
    return kept


def main() -> None:
    for target in sys.argv[1:] or TARGETS:
        corpus = FUZZ / "corpus" / target
        inputs: dict[str, bytes] = {}
        contents = set()
        for folder in [corpus, FUZZ / "found" / target]:
            # Named inputs first, so that an equal one with a hash for a name is the one left out.
            for path in sorted(folder.glob("*"), key=lambda path: (bool(HASH.fullmatch(path.name)), path.name)):
                content = path.read_bytes()
                if content not in contents:
                    contents.add(content)
                    name = hashlib.sha1(content).hexdigest()[:12] if HASH.fullmatch(path.name) else path.name
                    inputs[name] = content
        with tempfile.TemporaryDirectory() as folder:
            for name, content in inputs.items():
                (Path(folder) / name).write_bytes(content)
            print(f"{target}: ", end="", flush=True)
            kept = chosen(inputs, features(target, Path(folder)))
        shutil.rmtree(corpus)
        corpus.mkdir()
        for name in kept:
            (corpus / name).write_bytes(inputs[name])


main()
