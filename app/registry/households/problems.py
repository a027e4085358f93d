"""Every refusal of the register, in words that tell what is safe and what to do next."""

from app.kernel.problems import Problem

WORKBOOK_WORDS: dict[str, tuple[str, str]] = {
    "not_workbook": (
        "这不是 .xlsx 工作簿。请用 Excel 或 WPS 打开,另存为“Excel 工作簿(*.xlsx)”后再上传。",
        "This is not an .xlsx workbook. Open it in Excel or WPS, save it as .xlsx and send it again.",
    ),
    "old_or_encrypted": (
        "这是旧版 .xls 或加了打开密码的文件。请去掉密码,另存为“Excel 工作簿(*.xlsx)”后再上传。",
        "This is an old .xls or a file with a password. Remove the password, save it as .xlsx and send it again.",
    ),
    "encrypted": (
        "文件加了密码,打不开。请去掉密码后另存再上传。",
        "The file has a password. Remove it, save the file and send it again.",
    ),
    "broken": (
        "文件已损坏或不完整。请用 Excel 打开检查,另存一份后再上传。",
        "The file is damaged or incomplete. Open it in Excel, save a fresh copy and send that.",
    ),
    "too_large": (
        "文件超过100 MB。请删去图片,或按县区分成几个文件。",
        "The file is larger than 100 MB. Remove pictures or split it by county.",
    ),
    "too_large_inside": (
        "文件展开后太大。请只留户名册一个工作表,删去图片和多余的格式,或按县区分成几个文件。",
        "Unpacked, the file is too large. Keep the register's sheet alone or split the file by county.",
    ),
    "too_many_members": (
        "文件里的部件(工作表、图片)太多。请只留户名册一个工作表,另存后再上传。",
        "The file holds too many parts (sheets, pictures). Keep the register's sheet alone and send it again.",
    ),
    "too_many_merges": (
        "合并单元格太多。请取消合并后再上传。",
        "There are too many merged cells. Unmerge them and send the file again.",
    ),
    "bomb": (
        "文件的压缩方式不正常,为安全起见没有打开。请用 Excel 另存一份后再上传。",
        "The file is packed in an abnormal way and was not opened. Save a fresh copy in Excel and send that.",
    ),
    "bad_names": (
        "文件内部的名称不正常,为安全起见没有打开。请用 Excel 另存一份后再上传。",
        "Names inside the file are abnormal and it was not opened. Save a fresh copy in Excel and send that.",
    ),
    "bad_xml": (
        "文件内部含有不允许的声明,为安全起见没有打开。请用 Excel 另存一份后再上传。",
        "The file holds declarations that are not allowed and was not opened. Save a fresh copy and send that.",
    ),
    "external_links": (
        "表里引用了别的文件,那些数值无从核对。请在 Excel“数据—编辑链接”中断开链接,另存后再上传。",
        "The sheet takes values from other files, which cannot be checked. Break the links in Excel and send it again.",
    ),
    "far_cell": (
        "表的最后一格离得太远(超过200列,或行×列超过1200万)。请删去数据以外的行和列,另存后再上传。",
        "The last cell is too far away (over 200 columns or 12 million cells). Delete the empty rows and columns.",
    ),
    "died": (
        "读取文件时超出了内存或时间的限制。请只留户名册一个工作表,或按县区分成几个文件。",
        "Reading the file went beyond its limits of memory or time. Keep one sheet, or split it by county.",
    ),
}


class UnreadableWorkbook(Problem):
    """The file was not opened, or could not be read to its end; nothing was imported."""

    status = 422
    slug = "unreadable-workbook"
    title_zh = "文件无法读取,没有导入任何内容"
    title_en = "The file could not be read; nothing was imported"

    def __init__(self, code: str) -> None:
        super().__init__(*WORKBOOK_WORDS[code])
        self.code = code


class NotARegister(Problem):
    """The first sheet has no header row that is known, or lacks columns that must be there."""

    status = 422
    slug = "not-a-register"
    title_zh = "第一个工作表不是户名册,没有导入任何内容"
    title_en = "The first sheet is not a register; nothing was imported"


class ImportRunning(Problem):
    """One import at a time: two would give out the same serial numbers."""

    status = 409
    slug = "import-running"
    title_zh = "另一份名册正在导入"
    title_en = "Another register is being imported"
    retry = "later"


class VillageFull(Problem):
    """Our serial has four digits; a village of more households is a wrong code."""

    status = 409
    slug = "village-full"
    title_zh = "这个村的户序号用完了,没有导入该县区"
    title_en = "The village has no serial numbers left; the county was not imported"
