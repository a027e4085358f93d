"""Every refusal of this room. `retry` is what the phone obeys: later, or never."""

from app.kernel.problems import NotFound, Problem
from app.survey.photos.rules import REASON_WORDS, Reason


class NotAnnounced(NotFound):
    """No kept record of this account has named the digest: the record goes first."""

    slug = "photo-not-announced"
    title_zh = "还没有记录提到这张照片"
    title_en = "No record has announced this photo yet"
    retry = "later"


class NotHereYet(NotFound):
    """The record names the picture, the bytes are still on the phone."""

    slug = "photo-not-here-yet"
    title_zh = "照片还没有传到"
    title_en = "The photo has not arrived yet"
    retry = "later"


class CannotBeShown(NotFound):
    """The bytes are kept, and are no picture that anybody could be shown."""

    slug = "photo-cannot-be-shown"
    title_zh = "这张照片打不开"
    title_en = "This photo cannot be opened"

    def __init__(self, reason: Reason) -> None:
        zh, en = REASON_WORDS[reason]
        super().__init__(f"{zh};原文件已妥善保存。", f"The file is kept safely, but {en}.")


class DigestMismatch(Problem):
    """The bytes that came are not the bytes that were announced; nothing was kept, sending again may cure it."""

    status = 422
    slug = "photo-digest-mismatch"
    title_zh = "照片在传输中变了样"
    title_en = "The photo changed on its way"
    retry = "later"


class PictureRefused(Problem):
    """The bytes are kept as they came, and cannot be shown; sending them again changes nothing."""

    status = 422
    slug = "photo-refused"
    title_zh = "照片已收存,但打不开"
    title_en = "The photo is kept but cannot be opened"
    retry = "never"

    def __init__(self, reason: Reason) -> None:
        zh, en = REASON_WORDS[reason]
        super().__init__(
            f"{zh}。原文件已妥善保存,不必重传;如还在现场,请重新拍一张。",
            f"The file is kept safely, but {en}. No need to send it again; take another one if you can.",
        )
        self.reason = reason


class StoreFull(Problem):
    """The disk is nearly full: pictures wait on the phones, records still go."""

    status = 507
    slug = "store-full"
    title_zh = "服务器存储空间不足"
    title_en = "The server is short of storage"
    retry = "later"


class NoRoom(Problem):
    """The disk is all but full: records wait on the phones too; reading and signing in go on."""

    status = 507
    slug = "no-room"
    title_zh = "服务器存储空间已满"
    title_en = "The server is out of storage"
    retry = "later"


class StoreFailed(Problem):
    """The store did not prove that it has the bytes; nothing is promised, the phone keeps its copy."""

    status = 503
    slug = "store-failed"
    title_zh = "照片暂时无法保存"
    title_en = "The photo could not be stored just now"
    retry = "later"
