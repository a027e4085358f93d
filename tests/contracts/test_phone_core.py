"""The phone's core and its model in Python walk one file of cases; here the file and the model's own promises."""

import json
import os
import random
from datetime import datetime, timedelta

from tests.model import phone_batches, phone_schedule
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


def test_the_file_of_schedules_is_what_the_model_says_today() -> None:
    assert json.loads(phone_schedule.CASES.read_text(encoding="utf-8")) == phone_schedule.cases()


def test_a_wait_that_the_service_asked_for_is_kept_against_every_wish() -> None:
    """Whatever happens in whatever order, no run begins before the instant that was asked for."""
    for seed in range(SEEDS):
        quiet_until, was_running = 0, False
        for step in phone_schedule.walk(seed, 60):
            if step["event"].get("retry_after_ms"):
                quiet_until = step["now"] + step["event"]["retry_after_ms"]
            begins = step["plan"]["phase"] == "sending" and (not was_running or step["event"]["type"] != "wished")
            assert not begins or step["now"] >= quiet_until, f"seed {seed}"
            was_running = step["plan"]["phase"] == "sending"


def test_the_file_of_batches_is_what_the_model_says_today() -> None:
    assert json.loads(phone_batches.CASES.read_text(encoding="utf-8")) == phone_batches.cases()


def test_no_poisoned_record_keeps_another_from_going() -> None:
    """Whatever the service refuses for ever: every record is spoken of in its order, within few envelopes."""
    for seed in range(SEEDS):
        rng = random.Random(seed)
        line = phone_batches.Line(list(range(rng.randrange(1, 200))))
        poison = {each for each in line.waiting if rng.random() < rng.choice([0, 0.02, 0.5])}
        all_of_it, envelopes = list(line.waiting), 0
        while line.waiting:
            line.send(rng.randrange(1, 80), lambda sent, bad=poison: "refused" if bad & set(sent) else "proper")
            envelopes += 1
        assert line.tried == all_of_it, f"seed {seed}"
        assert envelopes <= len(all_of_it) + 7 * (len(poison) + 1), f"seed {seed}: {envelopes} envelopes"
