"""Measures what a program pays for linking a crate: bytes of code, and seconds to compile the crate alone.

    python3 benches/size.py

For this crate and for quick-xml, each in a program of its own with the default release profile, beside a program
without either. Needs `size` of binutils, and the dependencies in cargo's cache. Prints a line of JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent

# A dependency, and what a program does with a body.
PROGRAMS = {
    "nothing": ("", "body.len()"),
    "ews-notifications": (
        f"ews-notifications = {{ path = {json.dumps(str(ROOT.resolve()))} }}",
        "ews_notifications::Parser::new().parse(&body).map_or(0, |message| message.notifications().count())",
    ),
    "quick-xml": (
        'quick-xml = { version = "0.42", default-features = false }',
        "{ let (mut reader, mut count) = (quick_xml::NsReader::from_reader(&body[..]), 0); loop { match reader.read_event() { "
        "Ok(quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag)) => count += tag.attributes().flatten().count(), "
        "Ok(quick_xml::events::Event::Eof) | Err(_) => break count, _ => {} } } }",
    ),
}


def measure() -> dict[str, dict[str, float]]:
    """Of each crate: bytes of text that it adds to a program, and seconds to compile it."""
    found = {}
    for crate, (dependency, count) in PROGRAMS.items():
        with tempfile.TemporaryDirectory(prefix="ews-size-") as folder:
            manifest = Path(folder) / "Cargo.toml"
            manifest.write_text(
                f'[package]\nname = "program"\nversion = "0.0.0"\nedition = "2024"\n[dependencies]\n{dependency}\n[workspace]\n'
            )
            (Path(folder) / "src").mkdir()
            (Path(folder) / "src" / "main.rs").write_text(
                "fn main() {\n    let body = std::fs::read(std::env::args().nth(1).unwrap()).unwrap();\n"
                f'    println!("{{}}", {count});\n}}\n'
            )
            cargo(folder, "build", "--release")
            program = Path(folder) / "target" / "release" / "program"
            lines = subprocess.run(["size", program], check=True, capture_output=True, text=True).stdout.splitlines()
            found[crate] = {"text": int(lines[1].split()[0])}
            if dependency:
                cargo(folder, "clean", "--release", "-p", crate)
                start = time.monotonic()
                cargo(folder, "build", "--release", "-p", crate)
                found[crate]["seconds"] = round(time.monotonic() - start, 1)
    nothing = found.pop("nothing")["text"]
    return {crate: {**sizes, "text": sizes["text"] - nothing} for crate, sizes in found.items()}


def cargo(folder: str, *arguments: str) -> None:
    """Runs cargo in a folder. Exits with its errors if it fails."""
    command = ["cargo", *arguments, "--quiet", "--target-dir", str(Path(folder) / "target")]
    if subprocess.run(command, cwd=folder).returncode:
        sys.exit(f"{' '.join(command)} failed")


if __name__ == "__main__":
    print(json.dumps(measure()))
