"""Measured figures with their conditions: `python -m tools.bench [PART…] [--quick]`.

Parts: ingest (records, photos), phone (bytes and time to the first answer), forms (taps, judging, burden), register
(import, freeze, draw), weak (fifteen households over a bad line), exports (records as CSV),
figures (a million visits), sign_in (a whole team at
once). Each prints its section and puts it into docs/bench.md, leaving the others as they were. `--quick` is a tenth,
for trying the bench: nothing is written.
"""

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

from tools import (
    bench_exports,
    bench_figures,
    bench_forms,
    bench_ingest,
    bench_phone,
    bench_register,
    bench_sign_in,
    bench_weak,
)

PAPER = Path(__file__).resolve().parents[1] / "docs" / "bench.md"
PARTS: dict[str, Callable[[bool], list[str]]] = {
    "ingest": bench_ingest.measure,
    "phone": bench_phone.measure,
    "forms": bench_forms.measure,
    "register": bench_register.measure,
    "weak": bench_weak.measure,
    "exports": bench_exports.measure,
    "figures": bench_figures.measure,
    "sign_in": bench_sign_in.measure,
}
HEAD = """# Measured

What `make bench` found, each section with the conditions under which it was found; the next run replaces it. Compare
only what was measured alike, and treat differences below a sixth as nothing.
"""


def put_section(paper: str, part: str, lines: list[str]) -> str:
    """The paper with this part's section replaced, or added in the order of the parts."""
    sections = {found[1]: found[0] for found in re.finditer(r"<!-- (\w+) -->\n.*?\n<!-- /\1 -->\n", paper, re.DOTALL)}
    sections[part] = "\n".join([f"<!-- {part} -->", *lines, f"<!-- /{part} -->", ""])
    return HEAD + "".join("\n" + sections[name] for name in PARTS if name in sections)


def main(arguments: list[str]) -> int:
    """Run the named parts, all of them without a name."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="a tenth of the work; writes nothing")
    options = parser.parse_args(arguments)
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    for part in options.parts or PARTS:
        print(f"measuring {part} …", flush=True)
        lines = PARTS[part](options.quick)
        print("\n".join(["", *lines, ""]), flush=True)
        if not options.quick:
            old = PAPER.read_text(encoding="utf-8") if PAPER.exists() else ""
            PAPER.parent.mkdir(exist_ok=True)
            PAPER.write_text(put_section(old, part, lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
