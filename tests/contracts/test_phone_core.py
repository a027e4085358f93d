"""The phone's core and its model in Python walk one file of cases; here the file and the model's own promises."""

import json
import os
import random
from datetime import datetime, timedelta

from tests.model.phone_core import CASES, KEEP, Model, random_event, walk

SEEDS = 20_000 if os.environ.get("RUHU_NIGHTLY") else 400


def test_the_file_of_cases_is_what_the_model_says_today() -> None:
    assert json.loads(CASES.read_text(encoding="utf-8")) == {"walks": [walk(seed) for seed in range(60)]}


def test_nothing_leaves_the_phone_but_after_two_proofs_thirty_days_apart() -> None:
    for seed in range(SEEDS):
        rng = random.Random(1_000_000 + seed)
        photos = [f"p{n}" for n in range(rng.randrange(4))]
        model, now = Model(photos), datetime.fromisoformat("2026-11-24T00:00:00+00:00")
        proofs: list[datetime] = []
        for _ in range(50):
            now += timedelta(days=rng.choice([0, 0, 1, 15, 30]))
            event = random_event(rng, photos, now)
            whole = event["type"] == "proven" and event["op"] and set(event["photos"]) >= set(photos)
            before = model.gone
            model.feel(event)
            if whole and all(model.lines[name] in ("received", "held") for name in model.lines):
                proofs.append(now)
            if model.gone and not before:
                assert whole, f"seed {seed}: gone without a proof of every byte"
                assert any(now - each >= KEEP for each in proofs), f"seed {seed}: gone too early"
                break
