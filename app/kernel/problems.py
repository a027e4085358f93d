"""Every refusal in the house is a Problem: RFC 9457 with a Chinese and an English voice.

A room subclasses it once per kind of refusal. `retry` tells the phone what to do (later, after-sign-in, never):
it obeys and never guesses from numbers. A message never carries a name or an ID number.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

Retry = Literal["later", "after-sign-in", "never"]


@dataclass(frozen=True)
class Fault:
    """One fault inside what was sent: where, and what to do about it."""

    pointer: str
    zh: str
    en: str


class Problem(Exception):
    """A refusal with its place and remedy. Subclasses set the class attributes."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal"
    title_zh: ClassVar[str] = "服务内部出错"
    title_en: ClassVar[str] = "Something broke inside the service"
    retry: ClassVar[Retry] = "never"

    def __init__(
        self, zh: str = "", en: str = "", *, faults: tuple[Fault, ...] = (), retry_after: int | None = None
    ) -> None:
        super().__init__(en or self.title_en)
        self.zh = zh
        self.en = en
        self.faults = faults
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """The wire shape of RFC 9457 plus `retry`, `*_en` and the list of faults."""
        shape: dict[str, Any] = {
            "type": f"/problems/{self.slug}",
            "title": self.title_zh,
            "title_en": self.title_en,
            "status": self.status,
            "detail": self.zh or self.title_zh,
            "detail_en": self.en or self.title_en,
            "retry": self.retry,
        }
        if self.faults:
            shape["errors"] = [{"pointer": f.pointer, "detail": f.zh, "detail_en": f.en} for f in self.faults]
        return shape


class NotFound(Problem):
    """Absent, or outside the reader's scope: the two look the same on purpose (contract: 404, not 403)."""

    status = 404
    slug = "not-found"
    title_zh = "没有找到"
    title_en = "Not found"


class Forbidden(Problem):
    """Known, signed in, and not allowed to do this."""

    status = 403
    slug = "forbidden"
    title_zh = "您的角色不能做这件事"
    title_en = "Your role may not do this"


class Unauthenticated(Problem):
    """Nobody known stands at the door."""

    status = 401
    slug = "sign-in-needed"
    title_zh = "请先登录"
    title_en = "Please sign in"
    retry = "after-sign-in"


class Malformed(Problem):
    """The envelope itself cannot be read; nothing was changed."""

    status = 422
    slug = "malformed"
    title_zh = "请求格式有误"
    title_en = "The request is malformed"


class Conflict(Problem):
    """The state of things does not allow it now."""

    status = 409
    slug = "conflict"
    title_zh = "与现状冲突"
    title_en = "In conflict with the present state"


class TooLarge(Problem):
    """More bytes than this door takes."""

    status = 413
    slug = "too-large"
    title_zh = "内容太大"
    title_en = "Too large"


class Busy(Problem):
    """Come again after `retry_after` seconds; nothing is lost."""

    status = 429
    slug = "slow-down"
    title_zh = "请稍后再试"
    title_en = "Please try again a little later"
    retry = "later"


class Unavailable(Problem):
    """The service cannot keep anything just now; what was sent is not kept and may be sent again."""

    status = 503
    slug = "unavailable"
    title_zh = "服务暂不可用"
    title_en = "The service is unavailable for the moment"
    retry = "later"
