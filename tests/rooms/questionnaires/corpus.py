# ruff: noqa: E501 (a form is read row by row)
"""Forms that cover every function, type and nesting: what both twins and the ODK engine are asked about.

Each is small and named by what it is about. `held_out` forms were written after the evaluators and are looked at by
no one who changes them: they show that we are not merely fitted to the others.
"""

from dataclasses import dataclass, field
from functools import cache

from app.survey.questionnaires.compiler import CompiledForm, compile_workbook
from app.survey.questionnaires.state import Form, load
from tests.rooms.questionnaires.forms_at_hand import TORTURE, TOWNS, row, workbook

VILLAGES = "name,label,town,heads\nv1,村一,t1,120\nv2,村二,t1,80\nv3,村三,t2,95\nv4,村四,t2,0\n".encode()
RATES = b"code,rate,since\na,0.1,2016-01-01\nb,1.5,2017-05-20\na,9,2018-01-01\n"
ASKS = [
    row("text", "a"), row("text", "b"), row("integer", "n"), row("decimal", "m"), row("date", "d"),
    row("select_one town", "town"), row("select_multiple village", "some"),
    row("begin_repeat", "r"), row("text", "x"), row("integer", "y"), row("end_repeat"),
]  # fmt: skip
EXPRESSIONS: dict[str, list[str]] = {
    "abs": ["abs(${n})", "abs(-3.5)", "abs(${m} - 10)"],
    "boolean": ["boolean(1)", "boolean(0)", "string(boolean(${n} > 1))"],
    "boolean-from-string": ["boolean-from-string(${a})", "boolean-from-string('true')", "boolean-from-string('1')"],
    "coalesce": ["coalesce(${a}, ${b})", "coalesce(${n}, 0) + 1", "coalesce('', coalesce(${b}, 'z'))"],
    "concat": ["concat(${a}, '-', ${n})", "concat(${x})", "concat('', ${d})"],
    "contains": ["contains(${a}, 'a')", "contains(${a}, '')", "contains(${b}, ${a})"],
    "count": ["count(${r})", "count(${x})", "count(${r}) + count(${y})"],
    "count-non-empty": ["count-non-empty(${x})", "count-non-empty(${y})"],
    "count-selected": ["count-selected(${some})", "count-selected(${town})"],
    "date": ["date(${d})", "date('2017-02-28')", "number(date('2017-02-28')) - number(date('2017-02-01'))"],
    "ends-with": ["ends-with(${a}, 'b')", "ends-with(${a}, '')"],
    "false": ["false()", "string(false())"],
    "format-date": ["format-date(${d}, '%Y/%m/%d')", "format-date(${d}, '%e.%n.%y')", "format-date('2017-05-20', '%Y')"],
    "if": ["if(${n} > 2, 'big', 'small')", "if(${a} = '', 'none', ${a})", "if(${n} > ${m}, ${n}, ${m})"],
    "indexed-repeat": ["indexed-repeat(${y}, ${r}, 1)", "indexed-repeat(${x}, ${r}, 2)", "indexed-repeat(${y}, ${r}, ${n})"],
    "instance": [
        "instance('village')/root/item[name = 'v2']/town", "count(instance('village')/root/item[town = ${town}])",
        "instance('village')/root/item[town = ${town} and name != 'v1']/name", "count(instance('town')/root/item)",
    ],
    "int": ["int(${m})", "int(-1.5)", "int('7.9')"],
    "jr:choice-name": ["jr:choice-name(${town}, '${town}')", "concat('在', jr:choice-name(${town}, '${town}'))"],
    "join": ["join(', ', ${x})", "join('-', ${a}, ${b})", "join('', ${y})"],
    "max": ["max(${y})", "max(${n}, 3)", "max(${n}, ${m})"],
    "min": ["min(${y})", "min(${n}, 3)", "min(${n}, ${m})"],
    "normalize-space": ["normalize-space(${a})", "normalize-space('  a   b ')"],
    "not": ["not(${n} > 2)", "not(${a} = ${b})", "not(false())"],
    "number": ["number(${a})", "number('12')", "number(${n}) + 1", "number(${n} > 1)"],
    "pow": ["pow(${n}, 2)", "pow(2, 10)", "pow(2, -2)", "pow(1.5, 2)"],
    "pulldata": ["pulldata('rates', 'rate', 'code', ${a})", "pulldata('rates', 'since', 'code', 'b')",
                 "pulldata('villages', 'heads', 'name', 'v3') * 2"],
    "regex": ["regex(${a}, '^[a-z]+$')", "regex(${n}, '^[0-9]{1,2}$')", "regex(${d}, '^20[0-9]{2}-.*$')"],
    "round": ["round(${m})", "round(${m}, 1)", "round(${n} div 3, 2)", "round(-2.5)", "round(1234.5678, -2)"],
    "selected": ["selected(${some}, 'v1')", "selected(${town}, 't1')", "selected(${a}, 'a')"],
    "selected-at": ["selected-at(${some}, 0)", "selected-at(${some}, 1)", "selected-at(${some}, 9)"],
    "sqrt": ["sqrt(${n})", "sqrt(2)", "round(sqrt(${m}), 3)"],
    "starts-with": ["starts-with(${a}, 'a')", "starts-with(${a}, ${b})"],
    "string": ["string(${n})", "string(1.50)", "string(${n} > 2)", "string(-0.5)"],
    "string-length": ["string-length(${a})", "string-length('贫困户')"],
    "substr": ["substr(${a}, 1)", "substr(${a}, 0, 2)", "substr('abcdef', 2, 4)", "substr(${a}, -1)"],
    "substring-after": ["substring-after(${a}, '-')", "substring-after('a-b', '-')"],
    "substring-before": ["substring-before(${a}, '-')", "substring-before('a-b-c', '-')"],
    "sum": ["sum(${y})", "sum(${y}) div count(${r})", "sum(${y}) > 5"],
    "today": ["today()", "string(${d} <= today())", "today() > ${d}"],
    "translate": ["translate(${a}, 'ab', 'AB')", "translate(${a}, 'a-', '')", "translate('2017', '0123456789', '零一二三四五六七八九')"],
    "true": ["true()", "string(true())"],
    "operators": ["${n} + ${m}", "${n} - ${m}", "${n} * ${m}", "-${n}", "${n} mod 3", "-7 mod 3", "2 + 3 * 4 - 1"],
    "division": ["${n} div ${m}", "7 div 2", "${n} div 3"],
    "comparisons": ["${n} = ${m}", "${n} != ${m}", "${n} < ${m}", "${n} <= 3", "${a} = 'a'", "${a} != ${b}",
                    "count(${r}[./y = 3]) > 0", "sum(${y}) > 2", "join('', ${x}) = 'a'", "${n} = '3'", "'10' = 10", "1 < 2 and 2 < 3"],
    "logic": ["${n} > 1 and ${m} > 1", "${n} > 1 or ${a} = 'a'", "not(${n} > 1) and (${m} > 2 or ${b} = '')"],
    "dates": ["${d} < '2017-06-01'", "${d} - date('2017-01-01')", "${d} = '2017-05-20'", "today() - today()"],
    "conditions": [
        "count(${r}[./y > 2])", "sum(${r}[./x != '']/y)", "${r}[1]/x", "${r}[position() = 2]/y",
        "sum(${r}[position() > 1]/y)", "${r}[${n}  - 1 + 1]/y", "count(${r}[./y > current()/../n])",
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """One form of the corpus."""

    name: str
    survey: list[list[str]]
    media: dict[str, bytes] = field(default_factory=dict)
    held_out: bool = False
    covers: tuple[str, ...] = ()

    @property
    def compiled(self) -> CompiledForm:
        """The form as publishing makes it."""
        return _compiled(self.name)

    @property
    def form(self) -> Form:
        """The compiled form, ready to judge."""
        return load(self.compiled.json)


def _page(*rows: list[str]) -> list[list[str]]:
    return [row("begin_group", "g"), *rows, row("end_group")]


def _expression_form(name: str, expressions: list[str]) -> Sample:
    made = [row("calculate", f"c{at}", calculation=text) for at, text in enumerate(expressions)]
    media = {"rates.csv": RATES, "villages.csv": VILLAGES} if name == "pulldata" else {}
    lead = [row("select_one_from_file villages.csv", "from_file")] if name == "pulldata" else []
    return Sample(f"function {name}", _page(*ASKS, *lead, *made), media, covers=(name,))


TYPES = [
    Sample("type text", _page(row("text", "a", required="yes", constraint="string-length(.) <= 4"),
                              row("text", "b", relevant="${a} != ''"))),
    Sample("type integer", _page(row("integer", "n", constraint=". >= 0 and . <= 10"),
                                 row("integer", "k", required="${n} > 3"), row("integer", "z", default="7"))),
    Sample("type decimal", _page(row("decimal", "m", constraint=". < 100"), row("calculate", "h", calculation="${m} div 2"))),
    Sample("type date", _page(row("date", "d", constraint=". <= today()"), row("date", "e", constraint=". >= ${d}"))),
    Sample("type time", _page(row("time", "t"), row("text", "w", relevant="${t} != ''"))),
    Sample("type select_one", _page(row("select_one yn", "s", required="yes"), row("text", "w", relevant="${s} = '1'"))),
    Sample("type select_multiple", _page(row("select_multiple village", "s", constraint="count-selected(.) <= 2"),
                                         row("text", "w", relevant="selected(${s}, 'v2')"))),
    Sample("type rank", _page(row("rank town", "k"), row("calculate", "first", calculation="selected-at(${k}, 0)"))),
    Sample("type range", _page(row("range", "g1", parameters="start=0 end=10 step=2"),
                               row("range", "g2", parameters="start=0 end=1 step=0.25"),
                               row("calculate", "t", calculation="coalesce(${g1}, 0) + coalesce(${g2}, 0)"))),
    Sample("type acknowledge", _page(row("acknowledge", "ok"), row("text", "w", relevant="${ok} = 'OK'"))),
    Sample("type geopoint", _page(row("geopoint", "p"), row("text", "w", relevant="${p} = ''", required="yes"))),
    Sample("type image", _page(row("image", "i", parameters="max-pixels=1600"), row("text", "w", relevant="${i} = ''"))),
    Sample("type audio", _page(row("audio", "i"), row("text", "w", relevant="${i} = ''"))),
    Sample("type note", _page(row("integer", "n"), row("note", "say", zh="共**${n}**人", en="**${n}** people",
                                                        relevant="${n} > 0"))),
    Sample("type calculate", _page(row("integer", "n"), row("calculate", "c1", calculation="${n} * 2"),
                                   row("calculate", "c2", calculation="${c1} + 1"),
                                   row("text", "w", relevant="${c2} > 7"))),
    Sample("type hidden", [row("hidden", "h"), *_page(row("text", "w", relevant="${h} = '1'"))]),
    Sample("type start, end, today, audit", [row("start", "start"), row("end", "end"), row("today", "today"),
                                             row("audit", "audit"), *_page(row("text", "a"))]),
]  # fmt: skip
NESTING = [
    Sample("groups within groups", _page(
        row("select_one yn", "s"), row("begin_group", "h", relevant="${s} = '1'"), row("integer", "n", required="yes"),
        row("begin_group", "k", relevant="${n} > 2"), row("text", "deep", required="yes"),
        row("calculate", "c", calculation="concat(${deep}, '!')"), row("end_group"), row("end_group"),
        row("calculate", "seen", calculation="concat(${n}, '|', ${deep}, '|', ${c})"),
    )),
    Sample("a hidden group hides its calculations", _page(
        row("integer", "n"), row("begin_group", "h", relevant="${n} > 2"), row("calculate", "c", calculation="${n} * 2"),
        row("end_group"), row("calculate", "t", calculation="coalesce(${c}, 0) + 1"),
    )),
    Sample("a repeat with its own rules", _page(
        row("begin_repeat", "r"), row("text", "x", required="yes"), row("integer", "y", relevant="${x} != ''",
                                                                       constraint=". > 0"),
        row("calculate", "z", calculation="coalesce(${y}, 0) * position(..)"), row("end_repeat"),
        row("calculate", "t", calculation="sum(${z})"), row("text", "w", relevant="${t} > 5"),
    )),
    Sample("a repeat that is hidden", _page(
        row("select_one yn", "s"), row("begin_repeat", "r", relevant="${s} = '1'"), row("integer", "y"),
        row("end_repeat"), row("calculate", "c", calculation="count(${r})"),
    )),
    Sample("a group within a repeat", _page(
        row("begin_repeat", "r"), row("select_one yn", "s"), row("begin_group", "h", relevant="${s} = '1'"),
        row("integer", "y", required="yes"), row("end_group"), row("end_repeat"),
        row("calculate", "c", calculation="count-non-empty(${y})"),
    )),
    Sample("a counted repeat", _page(
        row("integer", "n", constraint=". <= 5"), row("begin_repeat", "r", repeat_count="${n}"),
        row("text", "x", required="yes"), row("integer", "y"), row("end_repeat"),
        row("calculate", "t", calculation="sum(${y})"), row("calculate", "c", calculation="count(${r})"),
    ), covers=("repeat_count",)),
    Sample("a repeat counted by a rule", _page(
        row("select_multiple village", "s"), row("begin_repeat", "r", repeat_count="count-selected(${s}) + 1"),
        row("calculate", "which", calculation="selected-at(${s}, position(..) - 1)"), row("text", "x"),
        row("end_repeat"), row("calculate", "c", calculation="join('/', ${which})"),
    ), covers=("repeat_count",)),
    Sample("earlier rows only", _page(
        row("begin_repeat", "r"), row("integer", "y"),
        row("calculate", "before", calculation="sum(${r}[position() < position(current()/..)]/y)"), row("end_repeat"),
    ), covers=("conditions",)),
    Sample("the row before", _page(
        row("begin_repeat", "r"), row("integer", "y"),
        row("calculate", "prior", calculation="indexed-repeat(${y}, ${r}, position(..) - 1)"),
        row("end_repeat"),
    ), covers=("indexed-repeat",)),
    Sample("a cascade", _page(
        row("select_one town", "town"), row("select_one village", "v", choice_filter="town = ${town}", required="yes"),
        row("select_multiple village", "vs", choice_filter="town != ${town} or ${town} = ''"),
    )),
    Sample("a cascade within a repeat", _page(
        row("begin_repeat", "r"), row("select_one town", "town"),
        row("select_one village", "v", choice_filter="town = ${town}"), row("end_repeat"),
        row("calculate", "all", calculation="join(',', ${v})"),
    )),
    Sample("a list from a file", _page(
        row("select_one town", "town"), row("select_one_from_file villages.csv", "v", choice_filter="town = ${town}"),
        row("calculate", "heads", calculation="instance('villages')/root/item[name = ${v}]/heads"),
        row("calculate", "many", calculation="count(instance('villages')/root/item[town = ${town} and heads > 90])"),
        row("integer", "n", constraint=". <= pulldata('villages', 'heads', 'name', ${v})"),
    ), {"villages.csv": VILLAGES}, covers=("instance", "pulldata")),
    Sample("several from a file", _page(
        row("select_multiple_from_file villages.csv", "vs", constraint="count-selected(.) <= 2"),
        row("text", "why", relevant="selected(${vs}, 'v4')", required="yes"),
        row("calculate", "second", calculation="pulldata('villages', 'label', 'name', selected-at(${vs}, 1))"),
    ), {"villages.csv": VILLAGES}, covers=("pulldata",)),
    Sample("shuffled choices", [
        row("calculate", "seed", calculation="once(random())"),
        *_page(row("select_one village", "v", parameters="randomize=true, seed=${seed}"),
               row("select_multiple village", "vs", parameters="randomize=true, seed=7", choice_filter="town = 't1'")),
    ], covers=("randomize",)),
    Sample("two pages", [
        row("begin_group", "p1"), row("integer", "n"), row("end_group"),
        row("begin_group", "p2", relevant="${n} > 1"), row("text", "w", required="yes"), row("end_group"),
        row("calculate", "c", calculation="concat(${n}, ${w})"),
    ]),
    Sample("hints, guidance and messages", _page(
        row("integer", "n", required="yes", needed_zh="请填人数", needed_en="How many?", hint_zh="含老人",
            hint_en="The old too", guidance_zh="问清楚半年以上", guidance_en="Over half a year",
            constraint=". <= ${m}", message_zh="不超过${m}", message_en="at most ${m}"),
        row("integer", "m"), row("text", "w", required="${n} > ${m}"),
    )),
    Sample("appearances", _page(
        row("select_one yn", "s1", appearance="minimal"), row("select_one yn", "s2", appearance="likert"),
        row("select_one town", "s3", appearance="columns-2"), row("text", "t1", appearance="numbers"),
        row("text", "t2", appearance="multiline"), row("image", "i", appearance="signature"),
    )),
    Sample("torture", TORTURE),
]  # fmt: skip
HELD_OUT = [
    Sample("held out: a harvest", _page(
        row("select_one town", "town", required="yes"), row("decimal", "land", constraint=". > 0 and . <= 500"),
        row("begin_repeat", "crops"), row("text", "crop", required="yes"),
        row("decimal", "mu", constraint=". <= ${land}"), row("integer", "yield"), row("decimal", "price"),
        row("calculate", "value", calculation="round(coalesce(${mu}, 0) * coalesce(${yield}, 0) * coalesce(${price}, 0), 1)"),
        row("calculate", "share", calculation="if(${land} > 0, round(coalesce(${mu}, 0) div ${land}, 3), '')"),
        row("note", "much", zh="第${share}", en="share ${share}", relevant="${share} > 0.5"), row("end_repeat"),
        row("calculate", "total", calculation="sum(${value})"),
        row("calculate", "best", calculation="max(${value})"),
        row("calculate", "names", calculation="join('、', ${crop})"),
        row("calculate", "used", calculation="coalesce(sum(${crops}[./yield > 0]/mu), 0)"),
        row("begin_group", "rich", relevant="${total} > 1000 and not(${town} = 't2')"),
        row("select_multiple village", "sold", choice_filter="town = ${town}", constraint="count-selected(.) < 3"),
        row("text", "why", required="selected(${sold}, 'v1') or ${total} > 5000"), row("end_group"),
        row("calculate", "line", calculation="concat(substr(${names}, 0, 3), ' ', format-date('2017-05-20', '%n/%e'))"),
    ), held_out=True),
    Sample("held out: a meeting", [
        row("hidden", "place"), *_page(
            row("date", "held", constraint=". <= today() and . >= '2016-01-01'", required="yes"),
            row("integer", "came", required="yes", constraint=". >= 1"),
            row("integer", "spoke", constraint=". <= ${came}", relevant="${came} > 2"),
            row("calculate", "rate", calculation="round(100 * coalesce(${spoke}, 0) div ${came}, 1)"),
            row("begin_repeat", "points", repeat_count="if(${came} > 3, 3, coalesce(${came}, 0))"),
            row("select_one yn", "agreed"), row("text", "said", relevant="${agreed} = '0'", required="yes"),
            row("end_repeat"),
            row("calculate", "against", calculation="count(${points}[./agreed = '0'])"),
            row("text", "minutes", required="${against} >= 2 or ${rate} < 10",
                constraint="string-length(normalize-space(.)) > 1 and not(contains(., '#'))"),
            row("range", "mood", parameters="start=1 end=5 step=1"),
            row("calculate", "days", calculation="if(${held} != '', today() - ${held} >= 0, false())"),
        ),
    ], held_out=True),
]  # fmt: skip

CORPUS: list[Sample] = [
    *(_expression_form(name, found) for name, found in EXPRESSIONS.items()), *TYPES, *NESTING, *HELD_OUT
]  # fmt: skip


@cache
def _compiled(name: str) -> CompiledForm:
    sample = next(each for each in CORPUS if each.name == name)
    return compile_workbook(workbook(sample.survey, TOWNS), sample.media)
