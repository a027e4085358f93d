"""What may be published, and what is refused with its sheet row."""

import json
from typing import Any

import pytest

from app.survey.questionnaires.compiler import FormRefused, compile_workbook
from app.survey.questionnaires.state import load
from app.survey.questionnaires.workbook import SheetFault, from_tables
from tests.rooms.questionnaires.forms_at_hand import TOWNS, built_in, compiled, row, workbook

GROUP, END = row("begin_group", "g"), row("end_group")


def refusals(*survey: list[str], **sheets: Any) -> list[SheetFault]:
    with pytest.raises(FormRefused) as refused:
        compiled([GROUP, *survey, END], TOWNS, **sheets)
    return refused.value.faults


RS = [row("begin_repeat", "r"), row("text", "x"), row("end_repeat")]
REFUSED = {
    "an unknown type": ([row("barcode", "x")], 3, "题型“barcode”不支持;用 text"),
    "a film": ([row("video", "x")], 3, "题型“video”不支持;用 image"),
    "an unknown function": ([row("integer", "x", constraint="exp(.) < 9")], 3, "函数 exp() 不在可用的函数里"),
    "a misspelt function": ([row("text", "x", constraint="strng-length(.) < 9")], 3, "函数 strng-length() 不在"),
    "too many arguments": ([row("text", "x", constraint="string-length(., 2) < 9")], 3, "要1个参数,写了2个"),
    "a choice that does not exist": (
        [row("select_one yn", "y"), row("text", "x", relevant="${y} = '2'")], 4, "“2”不是 y 的选项",
    ),
    "a misspelt choice in selected": (
        [row("select_multiple town", "y"), row("text", "x", relevant="selected(${y}, 't9')")], 4, "“t9”不是 y 的选项",
    ),
    "a question that does not exist": ([row("text", "x", relevant="${nowhere} = '1'")], 3, "没有名为“nowhere”的题目"),
    "a circle of two": (
        [row("calculate", "p", calculation="${q} + 1"), row("calculate", "q", calculation="${p} + 1")], 3, "p → q → p",
    ),
    "a question that hides itself": ([row("text", "x", relevant="${x} = 'a'")], 3, "规则互相引用成了圈"),
    "a circle through a group": (
        [row("begin_group", "h", relevant="${x} = 'a'"), row("text", "x"), row("end_group")], 3, "规则互相引用成了圈",
    ),
    "yes or no left to guess": ([row("integer", "n"), row("text", "x", relevant="${n}")], 4, "relevant 要写成比较"),
    "a bare answer in and": ([row("integer", "n"), row("text", "x", relevant="${n} and 1 = 1")], 4, "要写成比较"),
    "a pattern without anchors": ([row("text", "x", constraint="regex(., '[0-9]+')")], 3, "以 ^ 开头"),
    "a pattern that could run away": ([row("text", "x", constraint="regex(., '^(a+)+$')")], 3, "重复的括号内"),
    "a slow pattern": ([row("text", "x", constraint="regex(., '^.*a.*b.*c$')")], 3, "可能算不完"),
    "a look-ahead": ([row("text", "x", constraint="regex(., '^(?=a)a$')")], 3, "不能用"),
    "a label in one language only": ([row("text", "x", en="")], 3, "label 缺少 en 语言"),
    "no label": ([row("text", "x", zh="", en="")], 3, "label 缺少 zh 语言"),
    "a name twice": ([row("text", "x"), row("text", "x")], 4, "name “x”与第3行重复"),
    "a name in Chinese": ([row("text", "姓名")], 3, "name 要用英文字母"),
    "a name that JavaScript knows otherwise": ([row("text", "__proto__")], 3, "name 要用英文字母"),
    "an unknown list": ([row("select_one nothing", "x")], 3, "选项表里没有“nothing”"),
    "a list from a file": ([row("select_one_from_file a.csv", "x")], 3, "没有附上 CSV 文件“a.csv”"),
    "a calculation on a question": ([row("text", "x", calculation="1 + 1")], 3, "calculation 只能"),
    "a calculate without one": ([row("calculate", "x")], 3, "calculation 只能"),
    "a default that moves": ([row("date", "x", default="today()")], 3, "default 只能是固定值"),
    "a repeat inside a repeat": (
        [row("begin_repeat", "a"), row("begin_repeat", "b"), row("text", "x"), row("end_repeat"), row("end_repeat")],
        4, "重复组里不能再有重复组",
    ),
    "an end without a beginning": ([row("end_repeat")], 3, "结束行没有对应的开始行"),
    "an unknown column in a choice filter": (
        [row("select_one village", "x", choice_filter="city = 'a'")], 3, "选项表里没有“city”列",
    ),
    "a number without end": ([row("integer", "x", constraint=f". < {'9' * 400}")], 3, "数字太长"),
    "an expression cut short": ([row("integer", "x", constraint=". > ")], 3, "没有写完"),
    "conditions within a path": (
        [row("text", "x", constraint="/data/g/x[. = '1'] = '1'")], 3, "[条件] 只能写在重复组后面",
    ),
    "a name that no row has": (
        [row("integer", "hh_size"), row("integer", "y", constraint=". <= ${hh_sise}")], 4,
        "没有名为“hh_sise”的题目,是不是 hh_size?",
    ),
    "a name that no row has, in words": ([row("text", "x", zh="你${nox}")], 3, "没有名为“nox”的题目"),
    "a function that Collect lacks": (
        [row("decimal", "x"), row("calculate", "c", calculation="floor(${x})")], 4, "floor() 不在可用的函数里;用 int",
    ),
    "all rows where one value is meant": (
        [*RS, row("calculate", "c", calculation="if(${x} = '1', 1, 0)")], 6, "x 在重复组里,不止一个值",
    ),
    "all rows as the rule itself": ([*RS, row("calculate", "c", calculation="${x}")], 6, "x 在重复组里,不止一个值"),
    "all rows among other operands": (
        [*RS, row("calculate", "c", calculation="concat('a', ${x})")], 6, "x 在重复组里,不止一个值",
    ),
    "a moving instant": ([row("calculate", "x", calculation="string(now())")], 3, "now() 不在可用的函数里;用 today()"),
    "chance outside a seed": ([row("calculate", "x", calculation="random() * 2")], 3, "只能写成"),
    "a shuffle without a seed": (
        [row("select_one yn", "x", parameters="randomize=true")], 3, "打乱选项要留下种子",
    ),
    "an unknown parameter": ([row("image", "x", parameters="max-pixel=9")], 3, "没有参数 max-pixel"),
    "a range that goes nowhere": ([row("range", "x", parameters="start=5 end=1 step=1")], 3, "range 要 start < end"),
    "a step that does not divide": ([row("range", "x", parameters="start=0 end=1 step=0.3")], 3, "range 要"),
    "a count on a question": ([row("text", "x", repeat_count="2")], 3, "repeat_count 只能写在"),
    "a trigger": ([row("text", "x", trigger="${x}")], 3, "trigger 不支持;把计算写在 calculate 行"),
    "an unknown table": ([row("calculate", "x", calculation="pulldata('t', 'a', 'b', 'c')")], 3, "没有选项表或 CSV“t”"),
    "a column that is not in the list": (
        [row("calculate", "x", calculation="instance('town')/root/item[name = 't1']/mayor")], 3, "没有“mayor”列",
    ),
    "a condition that is no comparison": (
        [*RS, row("calculate", "c", calculation="count(${r}[./x])")], 6, "[条件] 要写成比较或行号",
    ),
    "another row's answer inside a condition": (
        [*RS, row("calculate", "c", calculation="sum(${r}[${x} = '1']/x)")], 6, "[条件] 里写本行的题目用 ./题目",
    ),
    "two conditions": ([*RS, row("calculate", "c", calculation="count(${r}[1][2])")], 6, "只写一个"),
    "a repeat's row by another question": (
        [*RS, row("text", "o"), row("calculate", "c", calculation="indexed-repeat(${o}, ${r}, 1)")],
        7, "indexed-repeat 要写成",
    ),
    "a month's name": (
        [row("calculate", "x", calculation="format-date(today(), '%b')")], 3, "format-date 的格式只能用",
    ),
    "a chain without end": (
        [row("calculate", "x", calculation=" + ".join(["1"] * 300))], 3, "表达式嵌套太深",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("survey", "number", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_would_fail_in_a_village_is_refused_with_its_row(survey: list[list[str]], number: int, words: str) -> None:
    faults = refusals(*survey)

    assert [f for f in faults if f.sheet == "survey" and f.row == number and words in f.zh], faults
    assert all((f.en and f.en.isascii()) or "“" in f.en or "→" in f.en or "–" in f.en for f in faults)


def test_a_question_outside_every_section_is_refused() -> None:
    with pytest.raises(FormRefused) as refused:
        compiled([row("text", "x")])

    assert (refused.value.faults[0].row, refused.value.faults[0].zh) == (2, "题目要放在某个部分(begin_group)里")


def test_a_section_that_does_not_end_is_refused_at_its_beginning() -> None:
    with pytest.raises(FormRefused) as refused:
        compiled([row("text", "y")] and [GROUP, row("text", "x")])

    assert [(f.row, f.en) for f in refused.value.faults] == [(2, "this group or repeat has no end row")]


def test_a_workbook_without_settings_or_version_is_refused() -> None:
    tables = {"survey": [["type", "name", "label::中文 (zh)", "label::English (en)"], ["begin_group", "g", "组", "G"]]}

    with pytest.raises(FormRefused) as refused:
        compile_workbook(from_tables(tables))

    assert {f.sheet for f in refused.value.faults} == {"settings", "survey"}
    assert any("version" in f.zh for f in refused.value.faults)


def test_an_empty_workbook_is_refused() -> None:
    with pytest.raises(FormRefused, match="survey"):
        compile_workbook(from_tables({}))


def test_prefill_must_name_a_question_and_a_place_in_the_register() -> None:
    sheet = [
        ["question", "from", "show", "map"],
        ["nowhere", "household.size", "yes", ""],
        ["x", "elsewhere.y", "no", ""],
    ]

    faults = refusals(row("text", "x"), prefill=sheet)

    assert [(f.sheet, f.row) for f in faults] == [("prefill", 2), ("prefill", 3)]


def test_doubts_are_told_and_do_not_stop() -> None:
    survey = [
        GROUP,
        row("integer", "n"),
        row("calculate", "double", calculation="${n} * 2"),
        row("integer", "m", constraint=". > 0", message_zh="要大于零"),
        row("integer", "k", constraint=". > 0"),
        END,
    ]

    doubts = {(w.row, w.zh) for w in compiled(survey).warnings}

    assert (4, "n 可能空着,结果会是空;可用 coalesce(${n}, 0)") in doubts
    assert (5, "constraint_message 只有一种语言") in doubts
    assert (6, "限制条件没有提示语") in doubts


def test_a_message_in_one_language_stands_in_for_the_other() -> None:
    form = json.loads(compiled([GROUP, row("integer", "m", constraint=". > 0", message_zh="要大于零"), END]).json)

    assert form["items"][0]["items"][0]["message"] == {"zh": "要大于零", "en": "要大于零"}


def test_rules_are_ordered_so_that_each_comes_after_what_it_reads() -> None:
    survey = [
        GROUP,
        row("calculate", "last", calculation="${middle} + 1"),
        row("calculate", "middle", calculation="${first} + 1"),
        row("calculate", "first", calculation="1 + 1"),
        row("text", "x", relevant="${last} > 3"),
        END,
    ]

    order = json.loads(compiled(survey).json)["order"]

    assert order == ["/g/first", "/g/middle", "/g/last", "/g/x"]


def test_the_same_workbook_gives_the_same_digest_and_another_version_another() -> None:
    first = compile_workbook(workbook([GROUP, row("text", "x"), END]))
    again = compile_workbook(workbook([GROUP, row("text", "x"), END]))
    settings = [["form_id", "version", "form_title"], ["torture", "2026112402", "试题"]]
    other = compile_workbook(workbook([GROUP, row("text", "x"), END], settings=settings))

    assert first.sha256 == again.sha256 != other.sha256
    assert first.json == again.json


def test_the_xform_stays_at_hand_for_other_tools() -> None:
    xml = compiled([GROUP, row("image", "x"), END]).xml

    assert "http://www.w3.org/2002/xforms" in xml
    assert 'mediatype="image/*"' in xml


def test_a_group_that_shows_nothing_is_no_group_of_the_xform() -> None:
    """ODK Validate refuses a group without children; the rules in it stay."""
    made = compiled(
        [row("begin_group", "g"), row("integer", "n"), row("begin_group", "h", relevant="${n} > 2"),
         row("calculate", "c", calculation="${n} * 2"), row("end_group"), row("end_group")]
    )  # fmt: skip
    assert 'nodeset="/torture/g/h/c"' in made.xml.replace("/data/", "/torture/")
    assert made.xml.count("<group") == made.xml.count("</group>") == 1


def test_photos_keep_their_size_and_signatures_their_appearance() -> None:
    form = built_in("q1_poor")

    assert form.by_path[("income", "photo_handbook")].item["max_pixels"] == 2000
    assert form.by_path[("close", "signature")].item["appearance"] == "signature"


def test_a_column_may_be_used_for_the_first_time_after_a_hundred_rows() -> None:
    survey = [row("begin_group", "g"), *(row("text", f"t{at}") for at in range(120))]
    survey += [row("integer", "n", constraint=". < 9"), row("end_group")]

    form = load(compiled(survey).json)

    assert form.by_path["g", "n"].item["constraint"] == ["<", ["."], 9]
