"""Half a round of visits, sealed as a phone seals them and handed to intake and the photo room.

The six counties answer like golden example G15 (domain §6): two counties reach all three items, one misses the helper
by one household, one is clearly below, one has too few. So the board has something to say.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from app.demo import answers as fill
from app.demo.phone import Phone, finished
from app.doors.web.house import House
from app.registry.people.rules import Actor
from app.survey.questionnaires.models import FormVersion
from app.survey.records.rules import SealedOp

# county: poor completed, satisfied with team, helper, effect, non-poor completed, nobody home once
G15: dict[str, tuple[int, int, int, int, int, int]] = {
    "640104": (10, 10, 9, 9, 4, 0),
    "640106": (8, 8, 7, 8, 4, 1),
    "640105": (9, 8, 9, 9, 4, 1),
    "640121": (10, 8, 6, 9, 4, 0),
    "640122": (10, 9, 9, 10, 4, 0),
    "640181": (7, 7, 6, 7, 2, 3),
}
YONGNING_HELPER = (3, 3, 1, 9)
"""Codes of the four in 永宁县 not satisfied with their helper: two neutral, one dissatisfied, one cannot say."""
JUDGED = {("640121", 1): "bad", ("640122", 2): "bad", ("640105", 3): "doubt"}
"""(county, place) of exits that the inspector does not find right; they wait for a second person."""
MISSED = ("640106", 2)
"""A non-poor household that the inspector would have registered."""
PHOTOS_EVERY = 5
SITE_AWAY = 0.1
"""Degrees of longitude, some nine kilometres."""


def visit_county(
    house: House, actor: Actor, samples: list[dict[str, Any]], forms: dict[str, FormVersion], first_day: datetime
) -> None:
    """Visit one county as its line in G15 says; `samples` is the package's list, `forms` the published forms by id."""
    phone = Phone(actor)
    county = samples[0]["county"]
    rng = random.Random(f"visits {county}")
    phone.hand_in(house, list(_doorsteps(rng, phone, samples, forms, first_day)), first_day)


def _doorsteps(
    rng: random.Random, phone: Phone, samples: list[dict[str, Any]], forms: dict[str, FormVersion], first_day: datetime
) -> Iterator[SealedOp]:
    done, team, helper, effect, non_poor, absent = G15[samples[0]["county"]]
    poor = [sample for sample in samples if sample["stratum"] == "poor" and sample["state"] == "open"]
    others = [sample for sample in samples if sample["stratum"] == "non_poor" and sample["state"] == "open"]
    for place, sample in enumerate(poor[: done + absent]):
        start = _slot(rng, first_day, place)
        if place >= done:
            yield _closed_door(rng, phone, sample, forms, start)
            continue
        codes = {
            "team": _code(rng, place < team),
            "helper": _helper_code(rng, sample["county"], place, helper),
            "effect": _code(rng, place < effect),
            "way": _code(rng, rng.random() < 0.8),
        }
        with_photos = place % PHOTOS_EVERY == 0
        answers = fill.q1(rng, sample["household"], codes, photos=with_photos)
        _told(answers, sample, place, with_photos)
        yield _interview(rng, phone, sample, forms, start, answers, with_photos)
    for place, sample in enumerate(others[:non_poor]):
        start = _slot(rng, first_day, done + absent + place)
        answers = fill.q2(rng, sample["household"], photos=place == 0)
        if (sample["county"], place) == MISSED:
            answers["close"].update(missed_judge="bad", missed_gap="income")
        yield _interview(rng, phone, sample, forms, start, answers, place == 0)


def _told(answers: dict[str, Any], sample: dict[str, Any], place: int, with_photos: bool) -> None:
    """What makes pages alive without touching a golden number: loans, handbooks, exits that somebody has to review."""
    if place % 3 == 1:
        answers["help"].update(loan_want="1", loan_got=str(place // 3 % 2), loan_bar="none")
    if place % 2 and not with_photos:
        filed = str(int(float(sample["household"].get("income_pc") or 3500)))
        answers["income"].update(hb_seen="yes", hb_income_pc=filed, hb_errors="none" if place % 4 == 1 else "blank")
    judged = JUDGED.get((sample["county"], place))
    if judged and "exit_judge" in answers["close"]:
        answers["close"].update(exit_judge=judged, exit_gap="house")


def _slot(rng: random.Random, first_day: datetime, place: int) -> datetime:
    """Three visits a day from the first morning on, by daylight."""
    return first_day + timedelta(days=place // 3, minutes=place % 3 * 160 + rng.randint(0, 60))


def _code(rng: random.Random, satisfied: bool) -> int:
    return rng.choice((5, 5, 4)) if satisfied else rng.choice((3, 3, 2))


def _helper_code(rng: random.Random, county: str, place: int, satisfied: int) -> int:
    if county == "640121" and place >= satisfied:
        return YONGNING_HELPER[place - satisfied]
    return _code(rng, place < satisfied)


def _interview(
    rng: random.Random,
    phone: Phone,
    sample: dict[str, Any],
    forms: dict[str, FormVersion],
    start: datetime,
    answers: dict[str, Any],
    with_photos: bool,
) -> SealedOp:
    answers = {"cover": fill.cover(rng, _point(sample)), **answers}
    taken = []
    if with_photos:
        for question in fill.PHOTO_QUESTIONS[sample["form_id"]]:
            photo = phone.shoot(question, f"{sample['sample_id']} {question}", "演示图片,不是真实住户")
            section, name = question.split("/")
            answers[section][name] = photo["photo_id"]
            taken.append(photo)
    return phone.seal(_body(sample, forms, start, answers, taken, minutes=rng.randint(14, 24)))


def _closed_door(
    rng: random.Random, phone: Phone, sample: dict[str, Any], forms: dict[str, FormVersion], start: datetime
) -> SealedOp:
    answers = {"cover": fill.cover(rng, _point(sample), "absent")}
    photo = phone.shoot("cover/door_photo", sample["sample_id"], "演示图片:门口")
    answers["cover"]["door_photo"] = photo["photo_id"]
    return phone.seal(_body(sample, forms, start, answers, [photo], minutes=3))


def _point(sample: dict[str, Any]) -> tuple[float, float]:
    """The village; resettled families are met at the new site, all but the first of a list (a doubt to look at)."""
    home = sample["household"]
    moved = SITE_AWAY if home.get("resettled") == "1" and sample["rank"] > 1 else 0
    return float(home.get("lon") or 106.25) + moved, float(home.get("lat") or 38.45)


def _body(
    sample: dict[str, Any],
    forms: dict[str, FormVersion],
    start: datetime,
    answers: dict[str, Any],
    taken: list[dict[str, Any]],
    *,
    minutes: int,
) -> dict[str, Any]:
    home = sample["household"]
    hidden = {
        "sample_id": sample["sample_id"],
        "hh_id": home["unit"],
        "county_code": sample["county"],
        "round_no": sample["round"],
    }
    about = {"kind": "interview", "sample_id": sample["sample_id"]}
    return finished(forms[sample["form_id"]], about, {**hidden, **answers}, start, minutes=minutes, photos=taken)
