"""Invented people, villages and households. Codes 9xx are townships that do not exist; 640100 issues no ID numbers."""

import random
from dataclasses import dataclass, field
from datetime import date

COUNTIES = {
    "640104": ("兴庆区", "xingqing", 106.29, 38.47, 260),
    "640105": ("西夏区", "xixia", 106.13, 38.50, 180),
    "640106": ("金凤区", "jinfeng", 106.24, 38.47, 210),
    "640121": ("永宁县", "yongning", 106.25, 38.28, 240),
    "640122": ("贺兰县", "helan", 106.35, 38.55, 230),
    "640181": ("灵武市", "lingwu", 106.34, 38.10, 200),
}
"""Code → name, account suffix, a point (WGS-84), poor households in the demo's register."""

NON_POOR = 150
SURNAMES = "马王李张杨丁沙哈陈刘周吴赵黄何罗高林郑谢"
GIVEN = "明芳海燕小军秀英建国玉兰志强春花文斌晓梅永福桂香学义红霞立新凤琴少华淑珍"
TOWNS = ("石桥镇", "柳沟乡")
VILLAGES = ("石桥村", "柳沟村", "杏树湾村", "红崖子村", "新渠村", "月牙湖新村")
CAUSES = ("因病", "因残", "因学", "缺技术", "缺劳力", "缺资金", "自身发展动力不足")
ATTRIBUTES = ("一般贫困户", "低保贫困户", "五保贫困户")
UNITS = ("市水务局", "县农牧局", "市第三中学", "县医院", "镇政府")


@dataclass(frozen=True)
class Person:
    """A member of a household."""

    name: str
    relation: str
    born_on: date
    id_number: str


@dataclass(frozen=True)
class Home:
    """A household as the office's register has it."""

    county: str
    town: str
    village: str
    village_code: str
    point: tuple[float, float]
    office_no: str
    status: str
    exit_year: int | None
    attribute: str
    cause: str
    resettled: bool
    helper: tuple[str, str, str]
    incomes: tuple[int, int, int, int]
    subsidy: int
    members: list[Person] = field(default_factory=list)


def id_number(born_on: date, serial: int) -> str:
    """A number with a right check character (GB 11643) under a code that is issued to nobody."""
    body = f"640100{born_on:%Y%m%d}{serial % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11]


def person_name(rng: random.Random, surname: str | None = None) -> str:
    """A surname and one or two characters."""
    return (surname or rng.choice(SURNAMES)) + "".join(rng.sample(GIVEN, rng.choice((1, 2, 2))))


def members_of(rng: random.Random, serial: int) -> list[Person]:
    """One to six people: a head, mostly a spouse, children, parents."""
    surname = rng.choice(SURNAMES)
    relations = ["户主", *rng.choices(["配偶", "之子", "之女", "之父", "之母"], k=rng.choice((1, 2, 2, 3, 3, 4)))]
    people = []
    for place, relation in enumerate(dict.fromkeys(relations)):
        age = {"户主": (30, 68), "配偶": (28, 66), "之子": (3, 26), "之女": (3, 26)}.get(relation, (60, 85))
        born = date(2026 - rng.randint(*age), rng.randint(1, 12), rng.randint(1, 28))
        name = person_name(rng, surname if relation != "配偶" else None)
        people.append(Person(name, relation, born, id_number(born, serial * 7 + place)))
    return people


def homes_of(county: str, kind: str, rng: random.Random) -> list[Home]:
    """The poor (kind `poor`) or non-poor households of one county."""
    _name, _suffix, lon, lat, poor = COUNTIES[county]
    count = poor if kind == "poor" else NON_POOR
    helpers = [(person_name(rng), rng.choice(UNITS), f"1000{rng.randrange(10**7):07d}") for _ in range(count // 4 + 1)]
    homes = []
    for serial in range(count):
        place = serial % len(VILLAGES)
        town = place // 3
        status = "非贫困" if kind != "poor" else ("已脱贫" if rng.random() < 0.65 else "未脱贫")
        head = 1 if kind == "poor" else 2
        homes.append(
            Home(
                county=county,
                town=TOWNS[town],
                village=VILLAGES[place],
                village_code=f"{county}90{town + 1}2{place + 1:02d}",
                point=(round(lon + (place - 2.5) * 0.03, 5), round(lat + (place % 3 - 1) * 0.03, 5)),
                office_no=f"NX{county[-4:]}{head}{serial + 1:05d}",
                status=status,
                exit_year=rng.randint(2014, 2016) if status == "已脱贫" else None,
                attribute=rng.choice(ATTRIBUTES) if kind == "poor" else "",
                cause=rng.choice(CAUSES) if kind == "poor" else "",
                resettled=kind == "poor" and rng.random() < 0.3,
                helper=helpers[serial // 4] if kind == "poor" else ("", "", ""),
                incomes=(rng.randrange(4, 30) * 500, rng.randrange(2, 20) * 400, rng.randrange(0, 6) * 300,
                         rng.randrange(2, 14) * 250),
                subsidy=rng.randrange(2, 14) * 250,
                members=members_of(rng, serial + (0 if kind == "poor" else 5000)),
            )
        )  # fmt: skip
    return homes
