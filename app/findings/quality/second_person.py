"""What one person found another one settles: who may, and that it is never the author."""

from uuid import UUID

from app.kernel.problems import Conflict, Forbidden, Malformed
from app.registry.people.models import Role
from app.registry.people.rules import Actor

SHORTEST = 4


class SamePerson(Conflict):
    """The author of a record cannot settle what was found about it."""

    slug = "same-person"
    title_zh = "要由另一个人复核"
    title_en = "Another person has to review it"


class AlreadySettled(Conflict):
    """It was settled that way already."""

    slug = "already-settled"
    title_zh = "已经复核过了"
    title_en = "It was settled already"


class WhyNeeded(Malformed):
    """A decision without its reason."""

    slug = "reason-needed"
    title_zh = "请写明依据"
    title_en = "Please give the reason"


def may_settle(actor: Actor, county: str) -> bool:
    """The city officer (supervisor) and leaders of the county's teams."""
    is_officer = actor.role == Role.CITY_OFFICER and actor.is_city
    return is_officer or (actor.role == Role.TEAM_LEADER and actor.covers(county))


def require_reviewer(actor: Actor, county: str) -> None:
    """Forbidden to everybody else."""
    if not may_settle(actor, county):
        raise Forbidden("由市督查办或督查组长复核。", "The city officer or a team leader reviews this.")


def require_second_person(actor: Actor, author: UUID, why: str) -> str:
    """The reason, trimmed; or the refusal of the author's own word, or of none."""
    if actor.account_id == author:
        raise SamePerson(
            "这条记录是您自己做的,请由另一位督查组长或市督查办复核。",
            "You made this record yourself; another team leader or the city officer reviews it.",
        )
    if len(why.strip()) < SHORTEST:
        raise WhyNeeded("依据至少写4个字:看了什么、问了谁。", "At least 4 characters: what was seen, who was asked.")
    return why.strip()[:500]
