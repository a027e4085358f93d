"""Who may do what, and who may see whose: pure questions about an actor (contract, Roles)."""

import re
from dataclasses import dataclass
from uuid import UUID

from app.kernel.problems import Fault
from app.registry.people.models import Role

CITY_ROLES = frozenset({Role.CITY_OFFICER, Role.LEADING_GROUP, Role.AUDITOR, Role.ADMIN})
"""May see who was drawn before a round closes."""

TEAM_ROLES = frozenset({Role.INSPECTOR, Role.TEAM_LEADER})
"""Until teams exist, a county's team is its inspectors and team leaders by scope."""

COLLECTING_ROLES = TEAM_ROLES | {Role.HELPER}
"""May send records of their own."""

MIN_PASSWORD = 8
COMMON_PASSWORDS = frozenset(
    {
        "12345678",
        "123456789",
        "1234567890",
        "password",
        "password1",
        "qwertyuiop",
        "11111111",
        "88888888",
        "66666666",
        "abcd1234",
        "1q2w3e4r",
        "woaini1314",
        "5201314520",
        "a1234567",
        "yinchuan",
        "ruhu1234",
    }
)

_SCOPE = re.compile(r"[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}", re.ASCII)
_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}", re.ASCII)


@dataclass(frozen=True)
class Actor:
    """Somebody signed in, as every query sees them."""

    account_id: UUID
    account: str
    name: str
    role: Role
    scope: str
    device_id: UUID | None = None
    shut_out: str | None = None
    """`device` or `account` was shut out: what was sealed before may be handed in, nothing may be read."""

    @property
    def is_city(self) -> bool:
        """One of the city's roles with the whole city in scope."""
        return self.role in CITY_ROLES and len(self.scope) == 4

    @property
    def is_team(self) -> bool:
        return self.role in TEAM_ROLES

    def covers(self, division: str) -> bool:
        """Whether a division code lies within the actor's scope."""
        return division.startswith(self.scope)

    def touches_county(self, county_code: str) -> bool:
        """Whether the actor's scope and the county share ground (a village account touches its county)."""
        return county_code.startswith(self.scope) or self.scope.startswith(county_code)


def sees_draw(actor: Actor, county_code: str, *, closed: bool) -> bool:
    """May this actor learn who was drawn in the county? (contract: before the close, its team and the city only)

    After the close every desk role may, within its scope; helpers and village cadres see only sums.
    """
    if not actor.covers(county_code):
        return False
    if actor.is_city or actor.role in TEAM_ROLES:
        return True
    return closed and actor.role not in (Role.HELPER, Role.VILLAGE_CADRE)


def reads_answers(actor: Actor) -> bool:
    """Admin keeps accounts and reads no answers."""
    return actor.role != Role.ADMIN


def account_faults(account: str, name: str, role: str, scope: str) -> list[Fault]:
    """What is wrong with a new account."""
    faults = []
    if not _ACCOUNT.fullmatch(account):
        faults.append(Fault("#/account", "账号用2至40位小写字母、数字、点、横线,如 wang.fang", "2–40 of a-z 0-9 . _ -"))
    if not 1 <= len(name) <= 40:
        faults.append(Fault("#/name", "姓名应为1至40字", "The name must have 1 to 40 characters"))
    if role not in set(Role):
        faults.append(
            Fault(
                "#/role",
                f"没有“{role}”这个角色,可用:{' '.join(Role)}",
                f"Unknown role; one of {' '.join(Role)}",
            )
        )
    if not _SCOPE.fullmatch(scope):
        faults.append(
            Fault(
                "#/scope",
                "范围是区划代码的前4、6、9或12位,如 6401、640104",
                "4, 6, 9 or 12 digits, e.g. 6401",
            )
        )
    return faults


def password_faults(password: str, account: str) -> list[Fault]:
    """Length and the commonest passwords, nothing else (ASVS 5.0 §6.2): no composition rules."""
    if len(password) < MIN_PASSWORD:
        return [Fault("#/password", f"密码至少{MIN_PASSWORD}个字符", f"At least {MIN_PASSWORD} characters")]
    if len(password) > 200:
        return [Fault("#/password", "密码最多200个字符", "At most 200 characters")]
    if password.lower() in COMMON_PASSWORDS or password.lower() == account:
        return [Fault("#/password", "这个密码太常见,请换一个", "This password is too common; choose another")]
    return []
