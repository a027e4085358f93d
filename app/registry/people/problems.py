"""Refusals of this room."""

from app.kernel.problems import Busy, Conflict, Forbidden, Malformed, Unauthenticated


class WrongCredentials(Unauthenticated):
    """Account or password does not fit; which of the two is not said."""

    slug = "wrong-credentials"
    title_zh = "账号或密码不对"
    title_en = "Account or password is wrong"


class CodeNeeded(Unauthenticated):
    """The password fits; the account also wants the code of its authenticator app, and the one given does not fit."""

    slug = "second-factor-needed"
    title_zh = "请输入动态码"
    title_en = "A code is needed"


class FactorMissing(Forbidden):
    """This installation wants a second factor of this role, and the account has none yet."""

    slug = "second-factor-missing"
    title_zh = "请先启用动态码"
    title_en = "Set up your second factor first"


class TooManyTries(Busy):
    """Guessing is slowed; a device or browser that signed in before has its own, separate allowance."""

    slug = "too-many-tries"
    title_zh = "尝试次数太多"
    title_en = "Too many tries"


class BadAccount(Malformed):
    """The account's particulars do not hold."""

    slug = "bad-account"
    title_zh = "账号资料有误"
    title_en = "The account's particulars are wrong"


class AccountExists(Conflict):
    """The account name is taken."""

    slug = "account-exists"
    title_zh = "账号已存在"
    title_en = "The account exists already"


class DeviceRevoked(Forbidden):
    """This device was revoked; what it holds stays on it until an administrator lets it in again."""

    slug = "device-revoked"
    title_zh = "这部设备已被停用"
    title_en = "This device was revoked"
    retry = "after-sign-in"
