"""Accounts, tokens, devices and the slowing of guesses."""

import threading
import uuid
from datetime import timedelta

import pytest

from app.kernel import audit
from app.kernel.clock import utcnow
from app.kernel.db.base import HOME
from app.kernel.db.engines import Database
from app.kernel.keys import Keys
from app.kernel.problems import Busy
from app.registry.people import limits, queries, service, sign_in
from app.registry.people.models import Role, Token
from app.registry.people.passwords import PasswordHasher
from app.registry.people.problems import AccountExists, BadAccount, DeviceRevoked, TooManyTries, WrongCredentials
from app.registry.people.rules import Actor, sees_draw
from app.registry.people.sign_in import Attempt

PASSWORD = "loess-plateau-9"


KEYS = Keys(b"a secret for tests only")


def add(
    db: Database, hasher: PasswordHasher, account: str = "lin", role: str = "inspector", scope: str = "640104"
) -> None:
    with db.write(HOME) as session:
        service.add_account(
            session, hasher, account=account, name="林青", role=role, scope=scope, password=PASSWORD, by="test"
        )


def attempt(password: str = PASSWORD, account: str = "lin", **more: object) -> Attempt:
    return Attempt(account=account, password=password, client=str(more.pop("client", "203.0.113.7")), **more)  # type: ignore[arg-type]


def test_a_token_is_good_until_sign_out(db: Database, hasher: PasswordHasher) -> None:
    add(db, hasher)

    done = sign_in.sign_in(db, hasher, KEYS, attempt())
    with db.read() as session:
        found = queries.actor_of(session, done.token, utcnow())
    assert found is not None
    assert (found[0].account, found[0].role, found[0].scope) == ("lin", Role.INSPECTOR, "640104")

    with db.write(HOME) as session:
        service.end_session(session, done.token)
    with db.read() as session:
        assert queries.actor_of(session, done.token, utcnow()) is None


def test_the_token_itself_is_stored_nowhere(db: Database, hasher: PasswordHasher) -> None:
    add(db, hasher)
    done = sign_in.sign_in(db, hasher, KEYS, attempt())
    with db.read() as session:
        row = queries.find_token(session, done.token)
        assert isinstance(row, Token)
        assert done.token.encode() not in bytes(row.hash)


def test_disabling_an_account_ends_its_sessions_at_once(db: Database, hasher: PasswordHasher) -> None:
    add(db, hasher)
    done = sign_in.sign_in(db, hasher, KEYS, attempt())

    with db.write(HOME) as session:
        service.set_disabled(session, "lin", True, by="admin")

    with db.read() as session:
        assert queries.actor_of(session, done.token, utcnow()) is None
    with pytest.raises(WrongCredentials):
        sign_in.sign_in(db, hasher, KEYS, attempt())


def test_a_reset_password_shuts_the_old_one_out(db: Database, hasher: PasswordHasher) -> None:
    add(db, hasher)
    with db.write(HOME) as session:
        service.reset_password(session, hasher, "lin", "yellow-river-88", by="admin")
    with pytest.raises(WrongCredentials):
        sign_in.sign_in(db, hasher, KEYS, attempt())
    assert sign_in.sign_in(db, hasher, KEYS, attempt("yellow-river-88")).account.account == "lin"


def test_a_page_token_ends_after_twelve_hours_and_a_phone_lives_thirty_idle_days(
    db: Database, hasher: PasswordHasher
) -> None:
    add(db, hasher)
    page = sign_in.sign_in(db, hasher, KEYS, attempt())
    phone = sign_in.sign_in(db, hasher, KEYS, attempt(device_id=uuid.uuid4(), is_phone=True))

    with db.read() as session:
        assert queries.actor_of(session, page.token, utcnow() + timedelta(hours=13)) is None
        assert queries.actor_of(session, phone.token, utcnow() + timedelta(days=29)) is not None
        assert queries.actor_of(session, phone.token, utcnow() + timedelta(days=31)) is None


def test_use_keeps_a_phone_signed_in(db: Database, hasher: PasswordHasher) -> None:
    add(db, hasher)
    phone = sign_in.sign_in(db, hasher, KEYS, attempt(device_id=uuid.uuid4(), is_phone=True))
    later = utcnow() + timedelta(days=20)
    with db.write(HOME) as session:
        service.touch(session, queries.token_hash(phone.token), later)
    with db.read() as session:
        assert queries.actor_of(session, phone.token, later + timedelta(days=29)) is not None


def test_a_revoked_device_is_out_until_it_is_let_in_again(db: Database, hasher: PasswordHasher) -> None:
    add(db, hasher)
    device = uuid.uuid4()
    phone = sign_in.sign_in(db, hasher, KEYS, attempt(device_id=device, is_phone=True))

    with db.write(HOME) as session:
        service.revoke_device(session, device, by="admin")
    with db.read() as session:
        assert queries.actor_of(session, phone.token, utcnow()) is None
    with pytest.raises(DeviceRevoked):
        sign_in.sign_in(db, hasher, KEYS, attempt(device_id=device, is_phone=True))

    with db.write(HOME) as session:
        service.restore_device(session, device, by="admin")
    assert sign_in.sign_in(db, hasher, KEYS, attempt(device_id=device, is_phone=True)).token


def test_guessing_is_slowed_but_the_known_phone_still_gets_in(db: Database, hasher: PasswordHasher) -> None:
    """A stranger guesses Lin's password from many networks; Lin's own phone is not locked out."""
    add(db, hasher)
    device = uuid.uuid4()
    sign_in.sign_in(db, hasher, KEYS, attempt(device_id=device, is_phone=True))

    refused, waits = 0, []
    for guess in range(40):
        try:
            sign_in.sign_in(db, hasher, KEYS, attempt(f"guess-{guess}", client=f"198.51.{guess}.9"))
        except TooManyTries as slowed:
            refused += 1
            waits.append(slowed.retry_after)
        except WrongCredentials:
            pass

    assert all(wait and 0 < wait <= 900 for wait in waits)
    assert refused == 40 - sign_in.STRANGERS_PER_ACCOUNT.hits
    assert sign_in.sign_in(db, hasher, KEYS, attempt(device_id=device, is_phone=True)).account.account == "lin"


def test_one_network_cannot_try_every_account(db: Database, hasher: PasswordHasher) -> None:
    now = utcnow()
    limit = sign_in.PER_NETWORK
    with db.write(HOME) as session:
        waits = [limits.hit(session, "network:203.0.113.0/24", limit, now) for _ in range(limit.hits + 1)]
    assert waits[:-1] == [None] * limit.hits
    assert waits[-1]


def test_right_passwords_use_up_no_allowance(db: Database, hasher: PasswordHasher) -> None:
    add(db, hasher)
    for _ in range(sign_in.STRANGERS_PER_ACCOUNT.hits + 3):
        sign_in.sign_in(db, hasher, KEYS, attempt())


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"account": "Lin Qing"}, "#/account"),
        ({"name": ""}, "#/name"),
        ({"role": "emperor"}, "#/role"),
        ({"scope": "64010"}, "#/scope"),
        ({"password": "short"}, "#/password"),
        ({"password": "password1"}, "#/password"),
    ],
)
def test_an_account_with_a_fault_is_refused_at_its_place(
    db: Database, hasher: PasswordHasher, changes: dict[str, str], pointer: str
) -> None:
    good = {"account": "lin", "name": "林青", "role": "inspector", "scope": "640104", "password": PASSWORD}
    with pytest.raises(BadAccount) as refused, db.write(HOME) as session:
        service.add_account(session, hasher, **{**good, **changes}, by="test")
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_an_account_name_is_taken_once(db: Database, hasher: PasswordHasher) -> None:
    add(db, hasher)
    with pytest.raises(AccountExists):
        add(db, hasher)


def test_every_verb_leaves_a_link_and_a_changed_link_is_found(db: Database, hasher: PasswordHasher) -> None:
    add(db, hasher)
    sign_in.sign_in(db, hasher, KEYS, attempt())
    with db.write(HOME) as session:
        service.set_disabled(session, "lin", True, by="admin")
    with db.read() as session:
        assert audit.first_broken(session, HOME) is None

    with db.write(HOME) as session:
        row = session.get(audit.AuditRow, (HOME, 2))
        assert row is not None
        row.actor = "somebody else"
        session.add(row)
    with db.read() as session:
        assert audit.first_broken(session, HOME) == 2


def actor(role: Role, scope: str) -> Actor:
    return Actor(uuid.uuid4(), "a", "某", role, scope)


@pytest.mark.parametrize(
    ("role", "scope", "before", "after"),
    [
        (Role.CITY_OFFICER, "6401", True, True),
        (Role.CITY_OFFICER, "6402", False, False),
        (Role.LEADING_GROUP, "6401", True, True),
        (Role.AUDITOR, "6401", True, True),
        (Role.ADMIN, "6401", True, True),
        (Role.DISCIPLINE, "6401", False, True),
        (Role.INSPECTOR, "640104", True, True),
        (Role.INSPECTOR, "640106", False, False),
        (Role.TEAM_LEADER, "640104", True, True),
        (Role.COUNTY_OFFICER, "640104", False, True),
        (Role.COUNTY_OFFICER, "640106", False, False),
        (Role.HELPER, "640104", False, False),
        (Role.VILLAGE_CADRE, "640104001201", False, False),
    ],
)
def test_who_may_learn_who_was_drawn_in_640104(role: Role, scope: str, before: bool, after: bool) -> None:
    assert sees_draw(actor(role, scope), "640104", closed=False) is before
    assert sees_draw(actor(role, scope), "640104", closed=True) is after


@pytest.mark.parametrize(("people", "is_crowd"), [(24, False), (60, True)])
def test_a_team_signs_in_at_once_and_a_crowd_is_told_when_to_come_back(people: int, is_crowd: bool) -> None:
    hasher, together = PasswordHasher(), threading.Barrier(people)
    encoded, told = hasher.hash(PASSWORD), []

    def sign_in() -> None:
        together.wait()
        try:
            told.append(hasher.verify(PASSWORD, encoded)[0])
        except Busy as busy:
            told.append(busy.retry_after)

    threads = [threading.Thread(target=sign_in) for _ in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.count(True) >= 24
    assert (5 in told) is is_crowd
    assert set(told) <= {True, 5}
