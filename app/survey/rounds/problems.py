"""Every refusal of this room. Nothing is ever half frozen or half drawn: each says what stands."""

from app.kernel.problems import Conflict, Malformed


class BadRound(Malformed):
    """The particulars of a new round do not hold."""

    slug = "bad-round"
    title_zh = "轮次资料有误"
    title_en = "The round's particulars are wrong"


class RoundExists(Conflict):
    """The code is taken; a round is never opened twice."""

    slug = "round-exists"
    title_zh = "轮次编号已存在"
    title_en = "The round's code is taken"


class RoundClosed(Conflict):
    """A closed round stays as it is."""

    slug = "round-closed"
    title_zh = "本轮已结束"
    title_en = "The round is closed"


class FrameRefused(Conflict):
    """The register does not give a frame to draw from; nothing was frozen."""

    slug = "frame-refused"
    title_zh = "名单不能冻结"
    title_en = "The frame cannot be frozen"


class BadPlan(Malformed):
    """Source, counts or exclusions of a frame do not hold; nothing was frozen."""

    slug = "bad-plan"
    title_zh = "抽样方案有误"
    title_en = "The plan of the draw is wrong"


class AlreadyFrozen(Conflict):
    """The commitment stands; it can only be voided with a reason."""

    slug = "already-frozen"
    title_zh = "名单已冻结"
    title_en = "The frame is frozen already"


class FreezeInProgress(Conflict):
    """Somebody is freezing this round right now."""

    slug = "freeze-in-progress"
    title_zh = "正在冻结名单"
    title_en = "The frame is being frozen"
    retry = "later"


class NotFrozen(Conflict):
    """The seed comes after the commitment, never before (HHD1)."""

    slug = "not-frozen"
    title_zh = "名单还没有冻结"
    title_en = "The frame is not frozen yet"


class NotSigned(Conflict):
    """A guided draw takes no seed before its commitment has been signed."""

    slug = "not-signed"
    title_zh = "承诺书还没有签字"
    title_en = "The commitment is not signed yet"


class AlreadySigned(Conflict):
    """Who signed the commitment, and when, is written once."""

    slug = "already-signed"
    title_zh = "承诺书已签字"
    title_en = "The commitment is signed already"


class BadSigners(Malformed):
    """Fewer than three parties, or something that cannot be printed; nothing was written."""

    slug = "bad-signers"
    title_zh = "签字人填写有误"
    title_en = "The signers are not complete"


class WhichDraw(Malformed):
    """Several draws stand in this round, so the one meant must be named."""

    slug = "which-draw"
    title_zh = "请指明是哪一次抽样"
    title_en = "Name the draw that is meant"


class BadSeed(Malformed):
    """The parts do not fit the announced source; nothing was drawn."""

    slug = "bad-seed"
    title_zh = "种子不合规则"
    title_en = "The seed does not fit its source"


class AlreadyDrawn(Conflict):
    """No draw is repeated after the lists are known; the same parts give the same record again."""

    slug = "already-drawn"
    title_zh = "本轮已抽样"
    title_en = "The round is drawn already"


class NotDrawn(Conflict):
    """There is no sample yet."""

    slug = "not-drawn"
    title_zh = "本轮还没有抽样"
    title_en = "The round is not drawn yet"


class NotInTeam(Malformed):
    """Only the county's own inspectors and team leaders may be given its households."""

    slug = "not-in-team"
    title_zh = "此人不在本县区督查组"
    title_en = "This account is not in the county's team"


class BadTeam(Malformed):
    """What a team is made of does not hold; nothing was written."""

    slug = "bad-team"
    title_zh = "督查组资料有误"
    title_en = "The team's particulars are wrong"


class TeamsLate(Conflict):
    """The households of this round are drawn and with their teams by scope; teams come before that."""

    slug = "teams-late"
    title_zh = "本轮已开始入户,不能再编组"
    title_en = "Too late for teams in this round"


class StepAside(Conflict):
    """A helper of the household does not inspect it (R41)."""

    slug = "step-aside"
    title_zh = "应当回避"
    title_en = "This inspector must step aside"


class RecordUnreadable(Malformed):
    """A record or frame file that cannot be read at all."""

    slug = "record-unreadable"
    title_zh = "文件读不出来"
    title_en = "The file cannot be read"
