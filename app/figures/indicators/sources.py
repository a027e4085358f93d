"""Where each line of scheme yc2017 comes from: the sentence of the notice, the standard, or a decision of ours.

[S] is the text of the notice itself, [P] public material, [D] our own decision where no rule was found; a reader of a
page, a file or docs/indicators.md can look each of them up. `needs` are the requirements that ask for the line.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """One origin, in both languages, and the requirements it answers."""

    zh: str
    en: str
    needs: tuple[str, ...] = ()

    def text(self, lang: str) -> str:
        """In the reader's language."""
        return self.en if lang == "en" else self.zh

    def as_dict(self) -> dict[str, str]:
        """As `/indicators` gives it."""
        return {"zh": self.zh, "en": self.en}


OURS = Source("本软件约定 [D]", "a decision of ours [D]")


def _plan(problem: str, number: int, quote: str, *needs: str) -> Source:
    """The rectification plan (first notice of 银党办〔2017〕43号) and the problem that it answers."""
    return Source(
        f"银党办〔2017〕43号《整改落实方案》问题{problem}:“{quote}” [S]",
        f"Yin Dang Ban (2017) No. 43, rectification plan, problem {number}: “{quote}” [S]",
        needs,
    )


def _every(quote: str, *needs: str) -> Source:
    """The same plan where it speaks of all twelve problems."""
    return Source(
        f"银党办〔2017〕43号《整改落实方案》十二个问题:“{quote}” [S]",
        f"Yin Dang Ban (2017) No. 43, rectification plan, all twelve problems: “{quote}” [S]",
        needs,
    )


def _scheme(place: str, where: str, quote: str, *needs: str) -> Source:
    """The inspection scheme (second notice of the same number)."""
    return Source(
        f"银党办〔2017〕43号《督查巡查考核工作方案》{place}:“{quote}” [S]",
        f"Yin Dang Ban (2017) No. 43, inspection scheme, {where}: “{quote}” [S]",
        needs,
    )


def _exit_line(quote_zh: str, quote_en: str, *needs: str) -> Source:
    """The national rules of a county's exit."""
    return Source(
        f"《贫困县退出专项评估检查实施办法(试行)》2017:{quote_zh} [P]",
        f"Trial rules for the evaluation of counties leaving poverty, 2017: {quote_en} [P]",
        needs,
    )


WITHIN_90 = _plan("三", 3, "三项满意度达到90%以上", "R28", "R71")
GUARANTEES = "98.84%…98.47%…83.03%"

SOURCES: Mapping[str, Source] = {
    "I01": WITHIN_90,
    "I02": WITHIN_90,
    "I03": WITHIN_90,
    "I04": _plan("三", 3, "88%、55%、81%、76%、84%", "R28", "R73"),
    "I05": WITHIN_90,
    "I06": _exit_line(
        "群众认可度=认可户数÷调查总户数,不低于90%", "approval = approving ÷ interviewed, at least 90 %", "R14"
    ),
    "I07": _plan("一", 1, "138户…4户错退户,错退率为2.9%,其中有3户…住房安全无保障", "R50"),
    "I08": _exit_line("错退率=抽样错退人口÷抽样脱贫人口,低于2%", "persons wrongly exited ÷ exited, below 2 %", "R50"),
    "I09": _exit_line(
        "漏评率=抽查漏评人口÷抽查非建档立卡农村人口,低于2%", "persons missed ÷ not filed, below 2 %", "R50", "R55"
    ),
    "I10": _exit_line(
        "综合贫困发生率=(未脱贫+错退+漏评人口)÷乡村总人口,西部低于3%",
        "(unexited + wrongly exited + missed persons) ÷ rural persons, below 3 % in the west",
        "R50",
    ),
    "I11": _plan("五", 5, GUARANTEES, "R79"),
    "I12": _plan("五", 5, GUARANTEES, "R79"),
    "I13": _plan("五", 5, GUARANTEES, "R79", "R83"),
    "I14": _plan("五", 5, "均满足“两不愁”", "R15", "R79"),
    "I15": Source(
        "养老列入“三不愁、四保障”;计算口径为本软件约定 [D]",
        "Pensions are one of the region's four guarantees; the formula is a decision of ours [D]",
        ("R15",),
    ),
    "I16": _plan("一", 1, "有一半的贫困户不在迁入地居住", "R13", "R53"),
    "I17": _plan("五", 5, "199户中,91%…满意,69%…收入有明显提高", "R13", "R81"),
    "I18": _plan("五", 5, "199户中,91%…满意,69%…收入有明显提高", "R81"),
    "I19": _plan("二", 2, "脱贫户的收入来源中有50%是政府提供的扶贫项目资金", "R60", "R61"),
    "I20": _plan("二", 2, "脱贫户的收入来源中有50%是政府提供的扶贫项目资金", "R60"),
    "I21": _plan("三", 3, "15户农户中,有9户表示…非自己所需", "R64"),
    "I22": _plan("三", 3, "“五到户”…产业项目…劳动力…贷款…计划…“扶贫保”", "R67"),
    "I23": _plan("六", 6, "家庭意外伤害、大病补充医疗、借款人意外伤害、优势特色养殖业保险等四种", "R84"),
    "I24": _plan("六", 6, "评级授信…应贷尽贷…金融服务…精准统计…“扶贫保”全覆盖", "R85"),
    "I25": _plan("四", 4, "帮扶不超过5户", "R77"),
    "I26": Source(
        "银党办〔2017〕43号《整改落实方案》问题四:“帮扶责任人、驻村工作队必须定期走访” [S];30天为本软件约定 [D]",
        "Yin Dang Ban (2017) No. 43, rectification plan, problem 4: regular visits [S]; 30 days are ours [D]",
        ("R68", "R74"),
    ),
    "I27": _plan("一", 1, "贫困户资料填写不够完整…每户都有入户调查表,有照片资料", "R29", "R51", "R57"),
    "I28": _plan("一", 1, "2000元错填为20000元", "R51", "R52"),
    "I29": _plan("九", 9, "2.76个月,较全国…1.92个月滞后0.84个月", "R91"),
    "I30": _plan("九", 9, "资金支付率季度通报", "R92"),
    "I31": _every("解决一个、销号一个", "R42", "R44"),
    "I32": _every("整改时限:2017年6月底 / 年底前 / 长期", "R46"),
    "I33": _scheme("督查程序", "procedure", "整改情况进行“回头看”", "R35"),
    "I34": _scheme("督查程序", "procedure", "督查结束后,5个工作日内…提交督查报告", "R32"),
    "I35": _scheme("督查方式", "method", "每个县(市)区随机抽查8-10户贫困户和3-5户非贫困户", "R25"),
    "I36": _plan("六", 6, "群众不了解扶贫政策;贫困户政策知晓率", "R14", "R87"),
    "I37": _plan("四", 4, "驻点村何时脱贫、村里有多少贫困人口都搞不清楚", "R72"),
    "I38": _plan("十一", 11, "达到脱贫标准也不愿退出", "R96"),
    "I39": Source(
        "随机抽查须说明未访到的户(银党办〔2017〕43号《督查巡查考核工作方案》督查方式 [S]);分类为本软件约定 [D]",
        "A random sample has to tell whom it did not reach (No. 43, inspection scheme [S]); the classes are ours [D]",
        ("R26", "R27"),
    ),
    "I40": Source(
        "“实事求是、真督实查”须先知道记录是否可信(同上方案 [S]);疑点规则与5%线为本软件约定 [D]",
        "Real checks need records one can trust (same scheme [S]); the rules of doubt and the 5 % line are ours [D]",
        ("R30", "R52"),
    ),
}
