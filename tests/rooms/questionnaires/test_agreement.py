"""Phone and server must come to the same verdict on any answers whatsoever (house-style (b)3).

The seeds are fixed; RUHU_AGREEMENT_RUNS makes the run longer, the nightly run compares more than 100,000 cases. The
figures are printed (`pytest -s`).
"""

import os
import random
from typing import Any

import pytest

from app.survey.questionnaires.shape import shape
from app.survey.questionnaires.state import Form
from app.survey.questionnaires.tables import FORMS
from tests.rooms.questionnaires.corpus import CORPUS
from tests.rooms.questionnaires.forms_at_hand import built_in, torture_form
from tests.rooms.questionnaires.node_twin import ask_phone, ask_server
from tests.rooms.questionnaires.random_answers import plausible_answers, random_answers, random_tree

RUNS = int(os.environ.get("RUHU_AGREEMENT_RUNS", "15000" if os.environ.get("RUHU_NIGHTLY") == "1" else "1000"))
DAYS = ["2026-11-24", "2017-05-20", "2024-02-29"]


def forms() -> dict[str, Form]:
    return {**{name: built_in(name) for name in FORMS}, "torture": torture_form()}


def differences(requests: list[dict[str, Any]]) -> list[tuple[Any, Any, Any]]:
    known = forms()
    phone = ask_phone(known, requests)
    assert len(phone) == len(requests)
    server = [ask_server(known, request) for request in requests]
    return [(r, p, s) for r, p, s in zip(requests, phone, server, strict=True) if p != s]


@pytest.mark.parametrize("name", [*FORMS, "torture"])
def test_phone_and_server_agree_on_thousands_of_random_answers(name: str) -> None:
    rng = random.Random(f"answers of {name}")
    known = forms()
    form = known[name]
    requests = []
    for number in range(RUNS):
        day = rng.choice(DAYS)
        answers = plausible_answers(form, rng, day) if number % 10 == 0 else random_answers(form, rng)
        requests.append({"form": name, "today": day, "answers": shape(form, answers).answers})

    verdicts = list(zip(requests, ask_phone(known, requests), (ask_server(known, r) for r in requests), strict=True))
    found = [(r, p, s) for r, p, s in verdicts if p != s]

    clean = sum(1 for _, phone, _ in verdicts if not phone["errors"])
    print(f"\n{name}: {RUNS} random records, {len(found)} differences, {clean} records without an error")
    assert found[:3] == []
    assert clean >= RUNS // 40


def test_phone_and_server_agree_on_every_form_of_the_corpus() -> None:
    rng = random.Random("corpus")
    known = {sample.name: sample.form for sample in CORPUS}
    requests = [
        {"form": name, "today": rng.choice(DAYS), "answers": shape(form, random_answers(form, rng)).answers}
        for name, form in known.items()
        for _ in range(max(5, RUNS // 25))
    ]

    phone = ask_phone(known, requests)

    server = [ask_server(known, request) for request in requests]
    found = [(r, p, s) for r, p, s in zip(requests, phone, server, strict=True) if p != s]
    print(f"\n{len(requests)} random records of {len(known)} forms, {len(found)} differences")
    assert found[:3] == []


def test_phone_and_server_agree_on_random_expressions() -> None:
    rng = random.Random("expressions")
    form = torture_form()
    rows = [("g", "r", row, "x") for row in range(3)]
    requests = [
        {
            "form": "torture",
            "today": rng.choice(DAYS),
            "answers": shape(form, random_answers(form, rng)).answers,
            "tree": random_tree(form, rng, 4),
            "at": list(rng.choice([("g", "a"), *rows])),
        }
        for _ in range(RUNS * 2)
    ]

    found = differences(requests)

    print(f"\n{RUNS * 2} random expressions, {len(found)} differences")
    assert found[:3] == []


def test_phone_and_server_prefill_alike() -> None:
    rng = random.Random("register")
    pool: dict[str, list[Any]] = {
        "size": ["4", " 4 ", "四", "", None, 4, "4.0"],
        "hh_attr": ["一般贫困户", "低保户", "dibao", "没有的", "", "\u3000低保贫困户 "],
        "cause": ["因病", "缺技术", "病", "constructor", "__proto__"],
        "status": ["unexited", "exited", "non_poor", "未脱贫"],
        "exit_year": ["2016", "", "２０１６", "2016年"],
        "resettled": ["1", "0", "是", "否", ""],
        "income_pc": ["2952", "2952.5", "abc"],
        "subsidy": ["2000", ""],
        "unit": ["640104001201-0001"],
        "county_code": ["640104", ""],
        "village_code": ["640104001201"],
    }
    requests = [
        {
            "form": rng.choice(FORMS),
            "today": DAYS[0],
            "source": {
                "sample": {"sample_id": "2017-1-A1.640104-P.7", "round": "2017-1", "county": "640104"},
                "household": {name: rng.choice(values) for name, values in pool.items() if rng.random() > 0.1},
            },
        }
        for _ in range(300)
    ]

    assert differences(requests)[:3] == []
