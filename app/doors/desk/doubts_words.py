"""The evidence of each doubt in words: what its numbers are. A doubt that is not here has no numbers to tell."""

from app.doors.desk.words import Said, Voice
from app.findings.quality.models import Flag

EVIDENCE: dict[str, Said] = {
    **dict.fromkeys(
        ("F01.income_handbook", "F01.income_filed", "F01.subsidy_handbook", "F01.subsidy_stated"),
        Said("填的是{value}元,对照的是{reference}元", "{value} yuan, against {reference} yuan"),
    ),
    "F01.village": Said(
        "人均{income}元;本村{households}户的中位数是{median}元",
        "{income} yuan per head; the median of {households} households there is {median} yuan",
    ),
    "F03.same": Said("{pictures}张照片与另一户的相同", "{pictures} pictures are another household's"),
    "F03.near": Said("64位指纹只差{bits}位", "the 64-bit imprints are {bits} bits apart"),
    "F03.similar": Said("64位指纹相差{bits}位", "the 64-bit imprints are {bits} bits apart"),
    "F04.far": Said("离村中心{metres}米", "{metres} metres from the village"),
    "F05.short": Said("用时{seconds}", "it took {seconds}"),
    "F05.third": Said("用时{seconds},本轮同类问卷的中位数是{usual}", "{seconds}; the round's median is {usual}"),
    "F05.overlap": Said("重叠{minutes}分钟", "{minutes} minutes of overlap"),
    "F05.speed": Said("相距{km}公里,中间只有{minutes}分钟", "{km} km in {minutes} minutes"),
    "F07.same": Said("{shared}道共同答过的题全部相同", "all {shared} shared answers are alike"),
    "F07.alike": Said("{shared}道共同答过的题有{same}道相同", "{same} of {shared} shared answers are alike"),
    "F08.straight": Said(
        "{interviews}份中有{equal}份四项同答,其他督查员是{others}%",
        "{equal} of {interviews} interviews; among the other inspectors {others} %",
    ),
    "F08.many": Said("这一天走访{households}户", "{households} households on that day"),
    "F10.missing": Said("缺{questions}张", "{questions} missing"),
    "F12.often": Said("{interviews}户中有{there}户", "{there} of {interviews} households"),
    "F14.poor_fix": Said("误差{accuracy_m}米", "accurate to {accuracy_m} metres"),
    "F14.datum": Said("换算后离村中心{metres}米", "converted, {metres} metres from the village"),
    "F15.offset": Said("相差{seconds}", "off by {seconds}"),
    "F16.below_line": Said("人均{income}元,标准是{line}元", "{income} yuan per head; the line is {line} yuan"),
    "F16.living": Said("户籍{registered}人,常住{living}人", "{registered} registered, {living} living there"),
    "F17.repeated": Said("{logs}篇走访记录用了同一段话", "{logs} logs with the same sentence"),
}
SPANS = frozenset(["seconds", "usual"])


def evidence_of(flag: Flag, voice: Voice) -> str:
    """What the numbers of a doubt say; blank where it has none."""
    said = EVIDENCE.get(f"{flag.code}.{flag.reason}")
    told = {name: _told(name, value, voice.lang) for name, value in flag.detail.items()}
    try:
        return (said.en if voice.lang == "en" else said.zh).format_map(told) if said else ""
    except KeyError:  # kept by an earlier version with other numbers
        return ""


def _told(name: str, value: object, lang: str) -> str:
    if isinstance(value, list):
        return str(len(value))
    if name in SPANS and isinstance(value, int):
        minutes, seconds = divmod(abs(value), 60)
        units = (" min", " s") if lang == "en" else ("分", "秒")
        parts = [f"{n}{unit}" for n, unit in zip((minutes, seconds), units, strict=True) if n]
        return ("−" if value < 0 else "") + (" " if lang == "en" else "").join(parts or [f"0{units[1]}"])
    return f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 else str(value)
