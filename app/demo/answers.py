"""Plausible answers of Q1 and Q2, as the phone would seal them: nested by section, every leaf a string."""

import random
from typing import Any

Answers = dict[str, Any]


def cover(rng: random.Random, point: tuple[float, float], result: str = "completed") -> Answers:
    """The door: position, contact result and what goes with it."""
    lat, lon = point[1] + rng.uniform(-0.004, 0.004), point[0] + rng.uniform(-0.004, 0.004)
    door: Answers = {
        "visit_mode": rng.choice(("open", "open", "covert")),
        "gps": f"{lat:.6f} {lon:.6f} 0 {rng.randint(5, 30)}",
        "contact_result": result,
        "attempt_no": "1",
    }
    if result == "completed":
        door["met_where"] = rng.choice(("listed",) * 6 + ("elsewhere", "phone"))
    else:
        door["not_done_reason"] = "邻居说去县城打工,傍晚回来"
    return door


def q1(rng: random.Random, home: dict[str, Any], satisfaction: dict[str, int], *, photos: bool) -> Answers:
    """A completed interview of a poor or exited household with these four satisfaction codes."""
    size = int(home.get("size") or 3)
    exited = home.get("status") == "exited"
    answers: Answers = {
        "main": _main(rng, home, size, exited, photos),
        "residence": _residence(rng, home.get("resettled") == "1"),
        "guarantee": _guarantee(rng, size),
        "income": _income(rng, home),
        "help": _help(rng),
        "satisfaction": _satisfaction(rng, satisfaction),
        "close": {"exit_judge": "ok"} if exited else {},
    }
    return answers


def _main(rng: random.Random, home: dict[str, Any], size: int, exited: bool, photos: bool) -> Answers:
    main: Answers = {
        "notice_read": "1",
        "photo_consent": "1" if photos else "0",
        "respondent": rng.choice(("head", "head", "spouse", "child")),
        "cadre_present": "0",
        "id_check": "match",
        "hh_size": str(size),
        "live_size": str(max(1, size - rng.choice((0, 0, 1)))),
        "roster_ok": "1",
        "labour_n": str(min(size, rng.choice((1, 2, 2)))),
        "hh_attr": rng.choice(("general", "general", "dibao")),
        "cause_main": rng.choice(("illness", "no_skill", "no_money", "schooling")),
        "status": "exited" if exited else "unexited",
        "notice_seen": "1",
    }
    if exited:
        main.update(exit_year=str(home.get("exit_year") or 2016), exit_agree="1", exit_signed="1")
    else:
        main.update(exit_willing=rng.choice(("1", "1", "1", "0")))
    return main


def _residence(rng: random.Random, resettled: bool) -> Answers:
    if not resettled:
        return {"resettled": "0"}
    return {
        "resettled": "1",
        "living": rng.choice(("at_site", "at_site", "work_away")),
        "live_months": str(rng.randint(7, 12)),
        "resettle_sat": rng.choice(("5", "4", "4", "3")),
        "resettle_income": rng.choice(("3", "3", "2", "1")),
    }


def _guarantee(rng: random.Random, size: int) -> Answers:
    pupils, elders = min(size, rng.choice((0, 1, 1, 2))), min(size, rng.choice((0, 0, 1, 2)))
    part: Answers = {
        "food_ok": "1",
        "cloth_ok": "1",
        "water_source": rng.choice(("tap", "tap", "tap_point", "well_safe")),
        "water_ok": "1",
        "edu_age_n": str(pupils),
        "med_insured_n": str(size),
        "med_serious": "0",
        "med_afford": "1",
        "house_grade": rng.choice(("a", "b", "b", "u")),
        "house_defect": "none",
        "house_feel": "1",
        "pension_age_n": str(elders),
    }
    if pupils:
        part["edu_out_n"] = "0"
    if elders:
        part["pension_n"] = str(elders)
    return part


def _income(rng: random.Random, home: dict[str, Any]) -> Answers:
    """Stated income close to what is on file, so that no tenfold check fires."""
    size = int(home.get("size") or 3)
    filed = int(float(home.get("income_pc") or 3500)) * size
    subsidy = int(float(home.get("subsidy") or 1500))
    wage = max(0, int(filed * rng.uniform(0.45, 0.6)) // 100 * 100)
    oper = max(0, int(filed * rng.uniform(0.2, 0.3)) // 100 * 100)
    return {
        "inc_wage": str(wage),
        "inc_oper": str(oper),
        "inc_prop": str(rng.choice((0, 0, 300, 600))),
        "inc_social": str(max(subsidy - 500, 0)),
        "inc_project": str(min(subsidy, 500)),
        "inc_family": "0",
        "main_sources": rng.choice(("work_local crop", "work_away livestock", "livestock social", "crop project")),
        "hb_seen": rng.choice(("with_cadre", "none")),
    }


def _help(rng: random.Random) -> Answers:
    return {
        "helper_known": "1",
        "helper_visits": str(rng.randint(1, 9)),
        "helper_did": rng.choice(("policy project", "job", "errand policy", "cause loan")),
        "gift_only": "0",
        "plan_have": "1",
        "measures_got": rng.choice(("breeding micro_loan", "skill_training job", "planting insurance")),
        "needs_top": rng.choice(("job micro_loan", "breeding", "medical_aid")),
        "measure_fit": rng.choice(("1", "1", "1", "9")),
        "train_got": "none",
        "credit_rated": "1",
        "loan_want": "0",
        "ins_have": rng.choice(("accident illness", "illness", "accident illness farm")),
        "policy_known": rng.choice(("health edu", "loan health dibao", "house edu insurance")),
    }


def _satisfaction(rng: random.Random, codes: dict[str, int]) -> Answers:
    part: Answers = {f"sat_{item}": str(code) for item, code in codes.items()}
    if any(code <= 2 for code in codes.values()):
        part["unsat_why"] = rng.choice(("rare", "not_needed", "slow rare"))
    part["recognise"] = "1"
    return part


def q2(rng: random.Random, home: dict[str, Any], *, photos: bool) -> Answers:
    """A completed interview of a non-poor household."""
    size = int(home.get("size") or 3)
    pupils = min(size, rng.choice((0, 1, 2)))
    need: Answers = {
        "income_band": rng.choice(("b3", "b3", "b2")),
        "food_cloth_ok": "1",
        "water_source": "tap",
        "edu_age_n": str(pupils),
        "med_insured_n": str(size),
        "med_serious": "0",
        "house_grade": rng.choice(("a", "b")),
        "house_defect": "none",
        "shock": "0",
    }
    if pupils:
        need["edu_out_n"] = "0"
    return {
        "main": {
            "notice_read": "1",
            "photo_consent": "1" if photos else "0",
            "respondent": "head",
            "cadre_present": "0",
            "hh_size": str(size),
            "live_size": str(size),
            "ever_applied": "0",
            "ever_filed": "0",
            "exclusion": rng.choice(("none", "car")),
        },
        "need": need,
        "fair": {
            "notice_seen": "1",
            "meeting_joined": rng.choice(("1", "0")),
            "fair_list": "1",
            "know_missed": "0",
            "village_better": "1",
            "sat_team": rng.choice(("5", "4", "4", "3")),
            "sat_cadre": rng.choice(("5", "4", "3")),
            "sat_effect": rng.choice(("5", "4", "4")),
            "recognise": "1",
        },
        "close": {"missed_judge": "ok"},
    }


PHOTO_QUESTIONS = {
    "q1_poor": ("guarantee/photo_house_out", "guarantee/photo_house_in", "close/photo_visit"),
    "q2_nonpoor": ("need/photo_house_out", "close/photo_visit"),
    "door": ("cover/door_photo",),
}
"""Where photos are required when the household agrees; at a closed door, the door."""

__all__ = ["PHOTO_QUESTIONS", "Answers", "cover", "q1", "q2"]
