"""A nation's frame through two passes: the same digests, commitment and lists as the plain rules, and little memory."""

import io
import random
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from app.methods.draw import rules as hhd1
from app.methods.draw import stream

DRAW, PARTS = "2018Q3-A1", ["73920518264409175386"]
FRAME = {
    "640104-P": [f"640104001201-{number:04}" for number in range(1, 60)],
    "640104-N": [f"640104001202-{number:04}" for number in range(1, 90)],
    "640105-P": [f"640105001201-{number:04}" for number in range(1, 6)],
}
SIZE = stream.sizes({"P": 10, "N": 4}, 3)


def file_of(frame: dict[str, list[str]] = FRAME, *, end: str = "\n", bom: bool = False) -> io.BytesIO:
    lines = ["stratum,unit,registered_id", *(f"{name},{unit},户1" for name, units in frame.items() for unit in units)]
    return io.BytesIO((("\ufeff" if bom else "") + end.join(lines) + end).encode())


def drawn(file: io.BytesIO) -> tuple[list[hhd1.StratumLine], list[stream.DrawnStratum]]:
    lines = list(stream.commit_lines(file, DRAW, SIZE))
    seed = hhd1.seed(hhd1.commitment(DRAW, "DICE10X20", lines), DRAW, PARTS)
    file.seek(0)
    return lines, list(stream.draw_strata(file, DRAW, seed, {line.stratum: line for line in lines}))


def test_two_passes_give_what_the_plain_rules_give() -> None:
    lines, lists = drawn(file_of())
    seed = hhd1.seed(hhd1.commitment(DRAW, "DICE10X20", lines), DRAW, PARTS)

    for line, both in zip(lines, lists, strict=True):
        units = FRAME[line.stratum]
        assert line.frame_digest == hhd1.frame_digest(DRAW, line.stratum, units)
        assert (both.main, both.reserve) == (
            hhd1.draw_list(seed, DRAW, line, units).main, hhd1.draw_list(seed, DRAW, line, units).reserve,
        )  # fmt: skip
    assert [(line.N, line.n, line.r) for line in lines] == [(59, 10, 20), (89, 4, 8), (5, 5, 0)]


def test_neither_the_order_of_rows_nor_the_ends_of_lines_matter() -> None:
    turned = {name: random.Random(name).sample(units, len(units)) for name, units in reversed(FRAME.items())}
    one, other = drawn(file_of()), drawn(file_of(turned, end="\r\n", bom=True))

    assert sorted(one[0], key=lambda line: line.stratum) == sorted(other[0], key=lambda line: line.stratum)
    assert {each.line.stratum: each.main for each in one[1]} == {each.line.stratum: each.main for each in other[1]}


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        (["x,y"], "line 1"),
        (["stratum,unit", "640104-P,a"], "line 2"),
        (["stratum,unit", "640104-P,A B"], "line 2"),
        (["stratum,unit", "640104-P,A", "640104-N,B", "640104-P,C"], "together"),
        (["stratum,unit", "640104-P,A", "640104-P,A"], "twice"),
        (["stratum,unit", "640104-P"], "line 2"),
    ],
)
def test_a_file_that_may_not_be_drawn_from_is_refused_at_its_place(lines: list[str], where: str) -> None:
    with pytest.raises(hhd1.RefusedInput, match=where):
        list(stream.commit_lines(io.BytesIO("\n".join(lines).encode()), DRAW, stream.sizes({}, 1)))


def test_a_frame_that_changed_between_the_passes_is_refused() -> None:
    lines = {line.stratum: line for line in stream.commit_lines(file_of(), DRAW, SIZE)}
    more = {**FRAME, "640104-P": [*FRAME["640104-P"], "640104001201-9999"]}
    fewer = {name: units for name, units in FRAME.items() if name != "640105-P"}

    for changed in (more, fewer, {**FRAME, "640106-P": ["X"]}):
        with pytest.raises(hhd1.RefusedInput):
            list(stream.draw_strata(file_of(changed), DRAW, "0" * 64, lines))


def test_a_quarter_of_a_million_households_take_little_memory(tmp_path: Path) -> None:
    """Fifty counties of 5,000: the process may grow by the largest county, not by the nation."""
    path = tmp_path / "frame.csv"
    with path.open("w") as file:
        file.write("stratum,unit\n")
        for county in range(50):
            file.writelines(f"{640000 + county}-N,{640000 + county}001201-{n:05}\n" for n in range(5000))
    script = (
        "import resource,sys\n"
        "from app.methods.draw import stream\n"
        "before=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "size=stream.sizes({}, 30)\n"
        "lines={x.stratum:x for x in stream.commit_lines(open(sys.argv[1],'rb'),'R-A1',size)}\n"
        "n=sum(len(x.main) for x in stream.draw_strata(open(sys.argv[1],'rb'),'R-A1','0'*64,lines))\n"
        "print(n, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss-before)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    count, grown = map(int, done.stdout.split())

    assert count == 50 * 30
    assert grown < 8_000  # KiB; all units at once would be 20 MB and more
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0
