"""Refusals of the questionnaires' room."""

from app.kernel.problems import Conflict, Fault, NotFound, Problem
from app.survey.questionnaires.workbook import SheetFault


class FormNotPublishable(Problem):
    """The workbook does not compile; every fault names its sheet and row. Nothing was changed."""

    status = 422
    slug = "form-not-publishable"
    title_zh = "问卷不能发布"
    title_en = "The questionnaire cannot be published"

    def __init__(self, reasons: list[SheetFault]) -> None:
        self.reasons = reasons
        first = reasons[0]
        super().__init__(
            f"{_place_zh(first)}{first.zh}(共{len(reasons)}处)。什么都没有改动,改好后请再发布。",
            f"{_place_en(first)}{first.en} ({len(reasons)} in all). Nothing was changed; mend it and publish again.",
            faults=tuple(
                Fault(f"#/{r.sheet}/{r.row}", f"{_place_zh(r)}{r.zh}", f"{_place_en(r)}{r.en}") for r in reasons
            ),
        )


class VersionTaken(Conflict):
    """This version is already published with other content; published versions never change."""

    slug = "form-version-taken"
    title_zh = "这个版本已经发布过,内容不同"
    title_en = "This version is already published with other content"

    def __init__(self, form_id: str, version: str) -> None:
        super().__init__(
            f"问卷 {form_id} 的版本 {version} 已经发布,不能再改。请把 settings 表的 version 改大后再发布。",
            f"Version {version} of {form_id} is published and cannot change. Raise version in settings, then publish.",
        )


class UnknownForm(NotFound):
    """No such questionnaire version."""

    title_zh = "没有这个问卷版本"
    title_en = "There is no such questionnaire version"


def _place_zh(fault: SheetFault) -> str:
    if not fault.sheet:
        return ""
    return f"{fault.sheet} 表第{fault.row}行:" if fault.row else f"{fault.sheet} 表:"


def _place_en(fault: SheetFault) -> str:
    if not fault.sheet:
        return ""
    return f"{fault.sheet} row {fault.row}: " if fault.row else f"{fault.sheet}: "
