"""Pictures in one request, and pictures shown: stranger, neighbour county, rightful user."""

import io
from dataclasses import replace

import pytest
from obstore.store import MemoryStore
from PIL import Image

from app.doors.web.house import House
from app.registry.people.models import Role
from app.survey.photos.store import BucketStore
from tests import pictures
from tests.photo_world import Person, PhotoWorld


@pytest.fixture
def world(house: House) -> PhotoWorld:
    return PhotoWorld(house)


@pytest.fixture
def lin(world: PhotoWorld) -> Person:
    return world.person(Role.INSPECTOR, "640104")


def test_a_picture_is_put_once_and_known_ever_after(world: PhotoWorld, lin: Person) -> None:
    shot = world.announces(lin, pictures.small_photo())

    first, again = world.puts(lin, shot), world.puts(lin, shot)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == {"sha256": shot.sha256, "bytes": len(shot.data), "state": "durable"}
    assert again.json() == first.json()


def test_a_stranger_puts_nothing(world: PhotoWorld, lin: Person) -> None:
    shot = world.announces(lin, pictures.small_photo())

    answer = world.client.put(f"/api/v1/photos/{shot.sha256}", content=shot.data)

    assert answer.status_code == 401
    assert answer.json()["retry"] == "after-sign-in"


def test_another_account_of_the_same_team_puts_nothing(world: PhotoWorld, lin: Person) -> None:
    shot = world.announces(lin, pictures.small_photo())
    wang = world.person(Role.INSPECTOR, "640104")

    answer = world.puts(wang, shot)

    assert answer.status_code == 404
    assert answer.json()["retry"] == "later"
    assert answer.json()["type"] == "/problems/photo-not-announced"


def test_changed_bytes_are_refused_and_may_come_again(world: PhotoWorld, lin: Person) -> None:
    shot = world.announces(lin, pictures.small_photo())

    answer = world.puts(lin, shot, shot.data[:-1])

    assert (answer.status_code, answer.json()["retry"]) == (422, "later")
    assert world.puts(lin, shot).status_code == 201


def test_more_than_a_mebibyte_goes_in_parts(world: PhotoWorld, lin: Person) -> None:
    shot = world.announces(lin, b"x" * (2**20 + 1))

    assert world.puts(lin, shot).status_code == 413


def test_what_is_no_picture_gets_a_final_answer_every_time(world: PhotoWorld, lin: Person) -> None:
    shot = world.announces(lin, pictures.HTML)

    answers = [world.puts(lin, shot) for _ in range(2)]

    assert {answer.status_code for answer in answers} == {422}
    assert {answer.json()["retry"] for answer in answers} == {"never"}
    assert {answer.json()["type"] for answer in answers} == {"/problems/photo-refused"}
    assert world.gets(lin, shot).status_code == 404


def test_a_digest_that_is_none_is_malformed(world: PhotoWorld, lin: Person) -> None:
    answer = world.client.put("/api/v1/photos/..%2f..%2fetc", content=b"x", headers=lin.headers)

    assert answer.status_code in (404, 422)


@pytest.mark.parametrize(
    ("role", "scope", "sees"),
    [
        (Role.INSPECTOR, "640104", True),
        (Role.TEAM_LEADER, "640104", True),
        (Role.INSPECTOR, "640105", False),
        (Role.HELPER, "640104", False),
        (Role.VILLAGE_CADRE, "640104001201", False),
        (Role.COUNTY_OFFICER, "640104", False),
        (Role.DISCIPLINE, "6401", False),
        (Role.CITY_OFFICER, "6401", True),
        (Role.LEADING_GROUP, "6401", True),
        (Role.AUDITOR, "6401", True),
        (Role.ADMIN, "6401", False),
    ],
)
def test_before_the_close_only_the_team_and_the_city_see_a_picture(
    world: PhotoWorld, lin: Person, role: Role, scope: str, sees: bool
) -> None:
    world.opens_round(lin, closed=False)
    shot = world.announces(lin, pictures.small_photo())
    world.puts(lin, shot)

    assert world.gets(None, shot).status_code == 401
    assert world.gets(world.person(role, scope), shot).status_code == (200 if sees else 404)


@pytest.mark.parametrize(
    ("role", "scope", "sees"),
    [
        (Role.COUNTY_OFFICER, "640104", True),
        (Role.DISCIPLINE, "6401", True),
        (Role.COUNTY_OFFICER, "640105", False),
        (Role.HELPER, "640104", False),
        (Role.VILLAGE_CADRE, "640104001201", False),
        (Role.ADMIN, "6401", False),
    ],
)
def test_after_the_close_the_countys_desk_sees_it_too(
    world: PhotoWorld, lin: Person, role: Role, scope: str, sees: bool
) -> None:
    world.opens_round(lin, closed=True)
    shot = world.announces(lin, pictures.small_photo())
    world.puts(lin, shot)

    assert world.gets(world.person(role, scope), shot).status_code == (200 if sees else 404)


def test_absent_and_forbidden_look_the_same(world: PhotoWorld, lin: Person) -> None:
    shot = world.announces(lin, pictures.small_photo())
    world.puts(lin, shot)
    neighbour = world.person(Role.INSPECTOR, "640105")

    hidden = world.gets(neighbour, shot)
    absent = world.client.get("/api/v1/photos/0b8e4a52-5b9b-4b9e-8f5a-7d2f3c1e9a10", headers=neighbour.headers)

    assert hidden.status_code == absent.status_code == 404
    assert hidden.json() == absent.json()


def test_what_is_shown_carries_no_position_and_can_run_nothing(world: PhotoWorld, lin: Person) -> None:
    shot = world.announces(lin, pictures.with_exif())
    world.puts(lin, shot)

    answer = world.gets(lin, shot)

    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["cache-control"] == "no-store"
    assert not Image.open(io.BytesIO(answer.content)).getexif()
    for trace in (b"Exif", b"SERIAL", b"comment"):
        assert trace in shot.data
        assert trace not in answer.content


@pytest.mark.parametrize("name", ["JPEG and HTML at once", "JPEG and ZIP at once"])
def test_a_picture_that_is_something_else_as_well_is_shown_as_a_picture_alone(
    world: PhotoWorld, lin: Person, name: str
) -> None:
    shot = world.announces(lin, pictures.HARMLESS_WHEN_SHOWN_ANEW[name])
    world.puts(lin, shot)

    content = world.gets(lin, shot).content

    assert b"alert" not in content
    assert b"PK\x03\x04" not in content


def test_a_thumbnail_is_small_and_the_original_is_not_to_be_had(world: PhotoWorld, lin: Person) -> None:
    shot = world.announces(lin, pictures.photo(3))
    world.puts(lin, shot)

    thumb = world.gets(lin, shot, "?size=thumb")

    assert Image.open(io.BytesIO(thumb.content)).size == (320, 240)
    assert world.gets(lin, shot, "?size=original").status_code == 422


def test_a_picture_still_on_the_phone_is_said_to_be_so(world: PhotoWorld, lin: Person) -> None:
    shot = world.announces(lin, pictures.small_photo())

    answer = world.gets(lin, shot)

    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/photo-not-here-yet")


def test_naming_a_strangers_photo_id_shows_only_ones_own(world: PhotoWorld, lin: Person) -> None:
    """Somebody in another county announces his own picture under Lin's photo_id: each sees his own."""
    shot = world.announces(lin, pictures.photo(1, (320, 240)))
    world.puts(lin, shot)
    zhao = world.person(Role.INSPECTOR, "640121")
    own = world.announces(zhao, pictures.photo(2, (200, 100)), county="640121", photo_id=shot.photo_id)
    world.puts(zhao, own)

    assert Image.open(io.BytesIO(world.gets(lin, shot).content)).size == (320, 240)
    assert Image.open(io.BytesIO(world.gets(zhao, own).content)).size == (200, 100)


@pytest.mark.parametrize("is_bucket", [False, True], ids=["folder", "bucket"])
def test_a_recording_is_heard_in_parts(world: PhotoWorld, lin: Person, is_bucket: bool) -> None:
    if is_bucket:
        world.house = world.client.app.state.house = replace(world.house, store=BucketStore(MemoryStore()))  # type: ignore[attr-defined]
    shot = world.announces(lin, b"\x00\x00\x00\x18ftyp3gp4" + bytes(range(250)))
    assert world.puts(lin, shot).status_code == 201

    def ask(text: str, **more: str) -> tuple[int, str | None, bytes]:
        headers = {**lin.headers, "Range": text, **more}
        answer = world.client.get(f"/api/v1/photos/{shot.photo_id}", headers=headers)
        assert answer.headers["accept-ranges"] == "bytes"
        return answer.status_code, answer.headers.get("content-range"), answer.content

    assert ask("bytes=0-") == (206, "bytes 0-261/262", shot.data)
    assert ask("bytes=12-15") == (206, "bytes 12-15/262", shot.data[12:16])
    assert ask("bytes=-10") == (206, "bytes 252-261/262", shot.data[-10:])
    assert ask("bytes=262-") == (416, "bytes */262", b"")
    assert ask("bytes=0-1,4-5") == (200, None, shot.data), "several parts: the whole instead"
    assert ask("bytes=12-15", **{"If-Range": '"x"'}) == (200, None, shot.data)
    neighbour = world.person(Role.INSPECTOR, "640106")
    hidden = {**neighbour.headers, "Range": "bytes=0-1"}
    assert world.client.get(f"/api/v1/photos/{shot.photo_id}", headers=hidden).status_code == 404


def test_a_recording_is_kept_and_played_as_it_came_through_the_same_fence(world: PhotoWorld, lin: Person) -> None:
    shot = world.announces(lin, b"\x00\x00\x00\x18ftyp3gp4" + bytes(500))

    assert world.puts(lin, shot).status_code == 201

    heard = world.client.get(f"/api/v1/photos/{shot.photo_id}", headers=lin.headers)
    assert heard.headers["content-type"] == "audio/mp4"
    assert heard.content == shot.data
    assert "sandbox" in heard.headers["content-security-policy"]
    neighbour = world.person(Role.INSPECTOR, "640106")
    assert world.client.get(f"/api/v1/photos/{shot.photo_id}", headers=neighbour.headers).status_code == 404
