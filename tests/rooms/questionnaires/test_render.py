"""A record in words, for the desk."""

from app.survey.questionnaires.render import Line, render
from tests.rooms.questionnaires.forms_at_hand import built_in
from tests.rooms.questionnaires.test_rules import household, judged

PHOTO = "0192f3a4-5b6c-4d7e-8f90-a1b2c3d4e5f6"


def lines(**changes: dict[str, object]) -> dict[str, Line]:
    answers = household()
    for section, values in changes.items():
        answers[section] = {**answers.get(section, {}), **values} if isinstance(values, dict) else values
    answers["filed_subsidy"] = "2000"
    form = built_in("q1_poor")
    found = render(form, judged(answers).answers, today="2026-11-24")
    return {line.pointer: line for section in found for line in section.lines}


def test_every_section_with_answers_stands_in_order_under_its_title() -> None:
    found = render(built_in("q1_poor"), judged(household()).answers)

    assert [section.name for section in found][:3] == ["", "cover", "main"]
    assert found[1].label == {"zh": "一、到户", "en": "1 At the door"}


def test_choices_are_read_in_both_languages() -> None:
    found = lines(guarantee={"house_defect": "crack leak"})

    assert found["/satisfaction/sat_team"].text == {"zh": "非常满意", "en": "Very satisfied"}
    assert found["/guarantee/house_defect"].text == {"zh": "墙体开裂、屋顶漏雨", "en": "Cracked walls, Leaking roof"}


def test_a_warning_that_the_phone_showed_is_shown_again() -> None:
    found = lines(income={"hb_subsidy": "20000", "income_recheck": "hb_wrong"})

    warning = found["/income/hb_subsidy_warn_ten"]
    assert warning.is_warning
    assert warning.text["zh"] == "手册补助20,000元,登记是2,000元,相差十倍,请核对"
    assert "/main/notice" not in found


def test_calculations_and_register_data_have_names() -> None:
    found = lines()

    assert found["/income/inc_pc"].label["zh"] == "口述人均纯收入(元)"
    assert found["/filed_subsidy"].label["zh"] == "部门台账补助金额"
    assert "/income/off_hb_income" not in found


def test_photos_come_by_their_id_and_positions_with_their_accuracy() -> None:
    found = lines(
        close={
            "issues": [{"issue_type": "house", "issue_sev": "mid", "issue_text": "屋顶漏雨,接水", "issue_photo": PHOTO}]
        }
    )

    line = found["/close/issues/0/issue_photo"]
    assert (line.photo_id, line.row) == (PHOTO, 1)
    assert found["/cover/gps"].text["zh"] == "38.4872, 106.2309 ±8 m"
