"""How fast a register comes in, and how much memory it takes: `python -m tools.bench_import [people]`.

Makes a workbook of invented households of four in the six counties, imports it into a fresh SQLite database in this
process, then once more unchanged. Memory is the peak of this process and of the reading child.
"""

import random
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import xlsxwriter

from app.kernel.db.engines import Database
from app.kernel.db.migrate import migrate
from app.kernel.keys import Keys
from app.registry.households.columns import COLUMNS
from app.registry.households.id_numbers import check_character
from app.registry.households.service import import_register

COUNTIES = [
    ("640104", "兴庆区"),
    ("640105", "西夏区"),
    ("640106", "金凤区"),
    ("640121", "永宁县"),
    ("640122", "贺兰县"),
    ("640181", "灵武市"),
]
PER_HOUSEHOLD = 4


def _id_number(person: int, rng: random.Random) -> str:
    born = f"{rng.randint(1930, 2016)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    first = f"{640121 if person % 2 else 640122}{born}{person % 1000:03d}"
    return first + check_character(first)


def write_register(path: Path, people: int, seed: int = 1) -> None:
    """A register of `people` persons, every fourth a head."""
    rng = random.Random(seed)
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [column.header for column in COLUMNS])
    places = {column.key: index for index, column in enumerate(COLUMNS)}
    for person in range(people):
        household, member = divmod(person, PER_HOUSEHOLD)
        row: dict[str, Any] = {
            "office_no": f"H{household:07d}",
            "name": f"某{household}之{member}",
            "relation": "子女" if member else "户主",
            "birth_on": "",
            "id_number": _id_number(person, rng),
        }
        if not member:
            row |= _household(household, rng)
        for key, value in row.items():
            sheet.write(person + 1, places[key], value)
    book.close()


def _household(household: int, rng: random.Random) -> dict[str, Any]:
    code, county = COUNTIES[household % 6]
    village = household // 6 % 60
    return {
        "county": county,
        "town": f"第{village // 10}镇",
        "village": f"第{village}村",
        "village_code": f"{code}101{200 + village}",
        "head_name": f"某{household}之0",
        "status": ("未脱贫", "已脱贫", "非贫困")[household % 3],
        "exit_year": 2016 if household % 3 == 1 else None,
        "hh_attr": "一般贫困户",
        "cause": "因病",
        "resettled": "否",
        "helper_name": f"帮{household // 4}",
        "helper_unit": "某局",
        "helper_phone": f"139{household // 4:08d}",
        "task_force": "某村驻村工作队",
        "income_wage": rng.randint(0, 30000),
        "income_oper": rng.randint(0, 9000),
        "income_prop": 0,
        "income_transfer": rng.randint(0, 5000),
        "subsidy": 2000,
    }


def _cpu_seconds() -> float:
    """CPU of this process and of children that have ended: what the import costs whatever else the machine does."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def bench_import(people: int = 20_000) -> dict[str, Any]:
    """Import so many people once new and once unchanged; rows a second, seconds and peak memory in MB."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "register.xlsx"
        write_register(path, people)
        db = Database(f"sqlite:///{folder / 'bench.sqlite3'}")
        migrate(db)
        keys = Keys(b"bench")
        figures: dict[str, Any] = {"people": people, "file_mb": round(path.stat().st_size / 1e6, 1)}
        for name in ("new", "unchanged"):
            begun, cpu = time.perf_counter(), _cpu_seconds()
            report = import_register(db, keys, path, "bench")
            seconds = time.perf_counter() - begun
            assert report.imported, report.errors[:3]
            figures[f"{name}_seconds"] = round(seconds, 2)
            figures[f"{name}_cpu_seconds"] = round(_cpu_seconds() - cpu, 2)
            figures[f"{name}_rows_per_second"] = round(report.rows / seconds)
        db.close()
    figures["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    figures["child_peak_mb"] = round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
    return figures


if __name__ == "__main__":
    for figure, value in bench_import(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000).items():
        print(f"{figure:>24}  {value}")
