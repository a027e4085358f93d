"""Other clients: what ODK Collect sends, in its exact wire form, is kept once and counts like our own phone's.

The multipart bodies are written as OkHttp writes them for Collect (getodk/collect, OkHttpConnection.java:
`xml_submission_file` as text/xml, files named by their own names, `*isIncomplete*` = yes when more posts follow, the
XML again in every post). HEAD before the first post as in the Form Submission API 1.0 (docs.getodk.org).
"""

import csv
import hashlib
import io
import json
import re
import uuid
import zipfile
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest

from app.doors.openrosa import keys as app_keys
from app.doors.openrosa.instance import read_instance, seal
from app.kernel.clock import utcnow
from app.survey.questionnaires.queries import require_form
from tests.cast import ORIGIN, ROUND, World
from tests.doors.test_pages_questionnaires import FUTURE, VILLAGES, ask_by_village, edited, publish
from tests.phone import Phone

OKHTTP = {"User-Agent": "org.odk.collect.android/v2026.1 Dalvik", "X-OpenRosa-Version": "1.0"}


def xml_of(answers: dict[str, Any], names: dict[str, str]) -> str:
    """Answers as the nodes of an instance; picture ids become file names."""
    out = ""
    for name, value in answers.items():
        rows = value if isinstance(value, list) else [value]
        for row in rows:
            inside = xml_of(row, names) if isinstance(row, dict) else escape(names.get(row) or row)
            out += f"<{name}>{inside}</{name}>"
    return out


def submission(body: dict[str, Any], instance_id: str, names: dict[str, str]) -> bytes:
    """The XML of a filled-in form, as JavaRosa serialises it."""
    answers = {
        "start": body["started_at"], "end": body["finished_at"], "sample_id": body["sample_id"], **body["answers"]
    }  # fmt: skip
    return (
        f'<?xml version=\'1.0\' ?><data id="{body["form_id"]}" version="{body["form_version"]}" '
        'xmlns:orx="http://openrosa.org/xforms">'
        f"{xml_of(answers, names)}<orx:meta><orx:instanceID>{instance_id}</orx:instanceID></orx:meta></data>"
    ).encode()


@dataclass
class Collect:
    """ODK Collect with a server address that holds its key."""

    world: World
    base: str
    boundary: str = field(default_factory=lambda: str(uuid.uuid4()))

    def get(self, path: str) -> Any:
        return self.world.client.get(path.removeprefix(ORIGIN), headers=OKHTTP)

    def post(self, sheet: bytes, files: dict[str, bytes], *, is_incomplete: bool = False) -> Any:
        """One post, byte for byte as MultipartBody writes it."""
        parts = [self._part("xml_submission_file", "submission.xml", "text/xml; charset=utf-8", sheet)]
        parts += [self._part(name, name, "image/jpeg", data) for name, data in files.items()]
        if is_incomplete:
            parts.append(
                f'--{self.boundary}\r\nContent-Disposition: form-data; name="*isIncomplete*"\r\n'
                "Content-Length: 3\r\n\r\nyes\r\n".encode()
            )
        content = b"".join(parts) + f"--{self.boundary}--\r\n".encode()
        headers = {**OKHTTP, "Content-Type": f"multipart/form-data; boundary={self.boundary}"}
        return self.world.client.post(f"{self.base}/submission", content=content, headers=headers)

    def _part(self, name: str, file: str, kind: str, data: bytes) -> bytes:
        head = (
            f'--{self.boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
            f"Content-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        return head.encode() + data + b"\r\n"


@dataclass
class Visit:
    """A filled-in Q1 with its pictures, as another client holds it."""

    body: dict[str, Any]
    sheet: bytes
    files: dict[str, bytes]
    op_id: str


def visit(phone: Phone, at: int = 0, **more: Any) -> Visit:
    body = phone.interview(phone.samples()[at], photos=True, **more)
    names = {photo["photo_id"]: f"1716169{n}.jpg" for n, photo in enumerate(body["photos"])}
    files = {names[photo["photo_id"]]: phone.pictures[photo["sha256"]] for photo in body["photos"]}
    op_id = str(uuid.uuid4())
    return Visit(body, submission(body, f"uuid:{op_id}", names), files, op_id)


@pytest.fixture
def collect(world: World) -> Collect:
    """Collect in the hands of Lin."""
    key = app_keys.issue(world.house, "lin", "Collect", by="city")
    return Collect(world, f"/openrosa/key/{key}")


@pytest.fixture
def phone(world: World) -> Phone:
    """Only to fill forms in: nothing is sent with it."""
    return world.phone("lin")


def test_a_client_finds_fetches_and_checks_the_forms(collect: Collect) -> None:
    listed = collect.get(f"{collect.base}/formList?formID=q1_poor")

    assert listed.headers["content-type"].startswith("text/xml")
    assert listed.headers["x-openrosa-version"] == "1.0"
    form = ElementTree.fromstring(listed.content)[0]
    found = {child.tag.rpartition("}")[2]: child.text or "" for child in form}
    assert found["formID"] == "q1_poor"
    sheet = collect.get(found["downloadUrl"])
    assert found["hash"] == f"md5:{hashlib.md5(sheet.content).hexdigest()}"
    assert b'<input ref="/data/sample_id">' in sheet.content
    assert ElementTree.fromstring(sheet.content) is not None
    manifest = collect.get(found["manifestUrl"])
    assert ElementTree.fromstring(manifest.content).tag.endswith("}manifest")


def test_a_submission_from_collect_counts_like_our_own(world: World, collect: Collect, phone: Phone) -> None:
    one = visit(phone)
    asked = world.client.head(f"{collect.base}/submission", headers=OKHTTP)
    assert asked.status_code == 204
    assert asked.headers["location"] == f"{ORIGIN}{collect.base}/submission"
    assert int(asked.headers["x-openrosa-accept-content-length"]) >= 10_000_000

    answer = collect.post(one.sheet, one.files)

    assert answer.status_code == 201, answer.text
    assert "submit_success" in answer.text
    assert "待" not in answer.text
    assert world.satisfaction()["team"]["n"] == 1
    assert world.states()[0] == "completed"
    page = world.client.get(f"/records/{one.op_id}", headers={**world.headers("city"), "Accept": "text/html"})
    shown = re.findall(r"/api/v1/photos/([0-9a-f-]{36})", page.text)
    assert shown
    assert world.get("city", f"/api/v1/photos/{shown[0]}").status_code == 200


def test_split_attachments_resent_after_a_lost_answer_are_kept_once(
    world: World, collect: Collect, phone: Phone
) -> None:
    one = visit(phone)
    (first, picture), *rest = one.files.items()

    posts: list[tuple[dict[str, bytes], bool]] = [({first: picture}, True), (dict(rest), False)]
    answers = [collect.post(one.sheet, files, is_incomplete=more).status_code for files, more in posts]
    answers += [collect.post(one.sheet, files, is_incomplete=more).status_code for files, more in posts]

    assert answers == [201, 201, 201, 201]
    with zipfile.ZipFile(io.BytesIO(csv_zip(world, one.body["form_version"]))) as archive:
        rows = list(csv.DictReader(io.TextIOWrapper(archive.open("q1_poor.csv"), "utf-8-sig")))
    assert [row["KEY"] for row in rows] == [f"uuid:{one.op_id}"]
    assert rows[0]["AttachmentsPresent"] == rows[0]["AttachmentsExpected"] == str(len(one.files))
    assert rows[0]["satisfaction-sat_team"] == one.body["answers"]["satisfaction"]["sat_team"]
    assert rows[0]["cover-gps-Latitude"] == one.body["answers"]["cover"]["gps"].split()[0]


def test_rows_of_a_repeat_come_as_a_csv_of_their_own(world: World, collect: Collect, phone: Phone) -> None:
    one = visit(phone)
    issues = [
        {"issue_type": "t01", "issue_sev": "1", "issue_text": "水管冻裂,三天没水"},
        {"issue_type": "t02", "issue_sev": "2", "issue_text": "低保金晚发两个月"},
    ]
    one.body["answers"]["close"]["issues"] = issues
    sheet = submission(one.body, f"uuid:{one.op_id}", {p["photo_id"]: name for p, name in named(one)})

    assert collect.post(sheet, one.files).status_code == 201

    with zipfile.ZipFile(io.BytesIO(csv_zip(world, one.body["form_version"]))) as archive:
        rows = list(csv.DictReader(io.TextIOWrapper(archive.open("q1_poor-issues.csv"), "utf-8-sig")))
    assert [(row["issue_type"], row["issue_text"]) for row in rows] == [
        (issue["issue_type"], issue["issue_text"]) for issue in issues
    ]
    key = f"uuid:{one.op_id}"
    assert [(row["PARENT_KEY"], row["KEY"]) for row in rows] == [
        (key, f"{key}/close/issues[1]"), (key, f"{key}/close/issues[2]"),
    ]  # fmt: skip


def named(one: Visit) -> list[tuple[dict[str, Any], str]]:
    """The pictures with their file names."""
    return list(zip(one.body["photos"], one.files, strict=True))


def csv_zip(world: World, version: str, account: str = "city") -> bytes:
    answer = world.get(account, f"/api/v1/forms/q1_poor/{version}/submissions.csv.zip")
    assert answer.status_code == 200
    return bytes(answer.content)


def members_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert len(set(archive.namelist())) == len(archive.namelist())
        return {name: archive.read(name) for name in archive.namelist()}


def test_pictures_leave_with_their_records_as_pages_show_them_and_each_once(
    world: World, collect: Collect, phone: Phone
) -> None:
    one, other = visit(phone), visit(phone, 1)
    version = one.body["form_version"]
    for each in (one, other):
        assert collect.post(each.sheet, each.files).status_code == 201
    waiting = visit(phone, 2)
    phone.post(phone.op(waiting.body))  # its pictures are still on the phone

    files = members_of(csv_zip(world, version))

    media = {name: data for name, data in files.items() if name.startswith("media/")}
    rows = list(csv.DictReader(io.StringIO(files["q1_poor.csv"].decode("utf-8-sig"))))
    named_in = {cell for row in rows for cell in row.values() if cell.endswith(".jpg")}
    assert len(named_in) == sum(len(each.files) for each in (one, other, waiting))
    assert {name.removeprefix("media/") for name in media} < named_in
    assert len(media) == len(one.files) + len(other.files) == sum(int(row["AttachmentsPresent"]) for row in rows)
    originals = {data for each in (one, other) for data in each.files.values()}
    for data in media.values():
        assert data.startswith(b"\xff\xd8")
        assert data not in originals
        assert b"Exif" not in data

    answer = world.get("city", f"/api/v1/forms/q1_poor/{version}/submissions.csv.zip?attachments=false")
    without = members_of(answer.content)
    assert without == {name: data for name, data in files.items() if name not in media}
    assert [name for name in members_of(csv_zip(world, version, "fang")) if name.startswith("media/")] == []


def test_other_content_under_the_same_instance_id_is_kept_beside_the_first(
    world: World, collect: Collect, phone: Phone
) -> None:
    one = visit(phone)
    collect.post(one.sheet, one.files)

    again = collect.post(one.sheet.replace(b"<sat_team>5<", b"<sat_team>1<"), one.files)

    assert again.status_code == 201
    assert "两份都已保存" in again.text
    assert world.satisfaction()["team"]["satisfied"] == 1


def test_what_does_not_fit_is_held_and_never_refused(world: World, collect: Collect, phone: Phone) -> None:
    one, other = visit(phone), visit(phone, 1)
    unknown = other.sheet.replace(b'id="q1_poor"', b'id="never_published"')

    held = [collect.post(sheet, {}) for sheet in (one.sheet.replace(b"<sample_id>2017", b"<sample_id>2099"), unknown)]

    assert [answer.status_code for answer in held] == [201, 201]
    assert all("待市里核对" in answer.text for answer in held)
    assert world.satisfaction()["team"]["n"] == 0


def test_what_is_no_submission_is_answered_in_xml_and_kept_nowhere(collect: Collect) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x "xxxxxxxx">]><data id="q1_poor"><meta><instanceID>1</instanceID></meta>&x;</data>'
    for sheet in (b"", b"<data", b'<data id="q1_poor"/>', bomb, b"\xff\xfe<\x00"):
        answer = collect.post(sheet, {})
        assert answer.status_code == 400
        assert ElementTree.fromstring(answer.content)[0].get("nature") == "submit_error"


def test_a_revoked_key_reads_nothing_and_still_hands_in(world: World, collect: Collect, phone: Phone) -> None:
    one = visit(phone)
    with world.house.db.read() as session:
        device = app_keys.list_keys(session)[0][0]
    answer = world.client.delete(f"/api/v1/devices/{device.id}", headers=world.headers("admin"))
    assert answer.status_code in (200, 204)

    assert collect.get(f"{collect.base}/formList").status_code == 401
    sent = collect.post(one.sheet, one.files)
    assert sent.status_code == 201
    assert "待市里核对" in sent.text


def test_a_forged_key_opens_nothing(world: World, collect: Collect) -> None:
    key = collect.base.rpartition("/")[2]
    for forged in (key[:-1] + ("A" if key[-1] != "A" else "B"), "A" * 64, "x", "%00"):
        for path in ("formList", "forms/q1_poor/1.xml", "forms/q1_poor/1/manifest"):
            assert world.client.get(f"/openrosa/key/{forged}/{path}").status_code in (401, 404)
        assert world.client.post(f"/openrosa/key/{forged}/submission", content=b"").status_code == 401


def digest_header(challenge: str, account: str, key: str, method: str, uri: str) -> str:
    """What OkHttp's digest authenticator answers (RFC 7616 §3.4, MD5)."""
    nonce = re.findall(r'nonce="([^"]+)"', challenge)[0]

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    response = md5(f"{md5(f'{account}:Ruhu:{key}')}:{nonce}:00000001:abc:auth:{md5(f'{method}:{uri}')}")
    return (
        f'Digest username="{account}", realm="Ruhu", nonce="{nonce}", uri="{uri}", response="{response}", '
        'qop=auth, nc=00000001, cnonce="abc", algorithm=MD5'
    )


def test_digest_opens_the_same_door(world: World, collect: Collect, phone: Phone) -> None:
    key = collect.base.rpartition("/")[2]
    first = world.client.get("/openrosa/formList?formID=q2_nonpoor")
    assert first.status_code == 401
    challenge = first.headers["www-authenticate"]

    uri = "/openrosa/formList?formID=q2_nonpoor"
    good = world.client.get(uri, headers={"Authorization": digest_header(challenge, "lin", key, "GET", uri)})
    wrong = world.client.get(uri, headers={"Authorization": digest_header(challenge, "lin", key[::-1], "GET", uri)})
    moved = world.client.get(
        "/openrosa/formList", headers={"Authorization": digest_header(challenge, "lin", key, "GET", uri)}
    )
    assert [good.status_code, wrong.status_code, moved.status_code] == [200, 401, 401]
    assert "/openrosa/forms/q2_nonpoor/" in good.text


def test_no_cell_of_the_export_runs_though_a_position_holds_a_formula(
    world: World, collect: Collect, phone: Phone
) -> None:
    one = visit(phone)
    collect.post(re.sub(rb"<gps>[^<]*<", b"<gps>=1+1 @SUM +2 -cmd<", one.sheet), {})

    with zipfile.ZipFile(io.BytesIO(csv_zip(world, one.body["form_version"]))) as archive:
        [row] = csv.DictReader(io.TextIOWrapper(archive.open("q1_poor.csv"), "utf-8-sig"))
    assert [row[f"cover-gps-{part}"] for part in ("Latitude", "Longitude", "Altitude", "Accuracy")] == [
        "'=1+1", "'@SUM", "+2", "'-cmd"
    ]  # fmt: skip


def test_the_neighbour_county_exports_nothing_of_ours(world: World, collect: Collect, phone: Phone) -> None:
    one = visit(phone)
    collect.post(one.sheet, {})

    def keys_for(account: str) -> int:
        with zipfile.ZipFile(io.BytesIO(csv_zip(world, one.body["form_version"], account))) as archive:
            return len(archive.read("q1_poor.csv").decode().splitlines()) - 1

    assert {name: keys_for(name) for name in ("city", "lin", "fang", "jin")} == {
        "city": 1, "lin": 1, "fang": 0, "jin": 0
    }  # fmt: skip
    assert (
        world.get("admin", f"/api/v1/forms/q1_poor/{one.body['form_version']}/submissions.csv.zip").status_code == 403
    )


def test_the_sealed_body_depends_on_the_xml_alone(world: World, collect: Collect, phone: Phone) -> None:
    one = visit(phone)
    with world.house.db.read() as session:
        form = require_form(session, "q1_poor", one.body["form_version"]).form
    sealed = [seal(read_instance(one.sheet), form)[0] for _ in range(2)]
    assert sealed[0] == sealed[1]
    assert json.loads(sealed[0].body)["openrosa"]["xml"] == one.sheet.decode()


def test_a_key_is_made_at_the_desk_shown_once_and_revoked_there(world: World) -> None:
    headers = {**world.headers("admin"), "Accept": "text/html"}

    made = world.client.post("/accounts/lin/keys", data={"label": "平板"}, headers=headers)

    address = re.findall(r'data-testid="key-address">([^<]+)<', made.text)[0]
    assert address.startswith(f"{ORIGIN}/openrosa/key/")
    listed = f"{address.removeprefix(ORIGIN)}/formList"
    assert world.client.get(listed, headers=OKHTTP).status_code == 200
    again = world.client.get("/accounts/lin/keys", headers=headers)
    assert "平板" in again.text
    assert address not in again.text
    device = re.findall(r'name="device" value="([^"]+)"', again.text)[0]
    revoked = world.client.post(
        "/accounts/lin/devices", data={"device": device, "act": "revoke"}, headers=headers, follow_redirects=False
    )
    assert revoked.status_code == 303
    assert world.client.get(listed, headers=OKHTTP).status_code == 401


def test_no_key_is_made_for_who_collects_nothing(world: World) -> None:
    answer = world.client.post(
        "/accounts/auditor/keys", data={"label": "x"}, headers={**world.headers("admin"), "Accept": "text/html"}
    )
    assert answer.status_code == 409
    assert "key-address" not in answer.text


def test_the_manifest_names_each_csv_with_the_hash_of_its_bytes(world: World, collect: Collect) -> None:
    content = edited("q2_nonpoor", FUTURE, ask_by_village)
    publish(world, content, {"villages.csv": VILLAGES}, accept="yes")

    listed = ElementTree.fromstring(collect.get(f"{collect.base}/formList?formID=q2_nonpoor").content)
    address = next(child.text for child in listed[0] if child.tag.endswith("manifestUrl"))
    media = ElementTree.fromstring(collect.get(str(address)).content)[0]

    told = {child.tag.rpartition("}")[2]: child.text or "" for child in media}
    assert told["filename"] == "villages.csv"
    file = collect.get(told["downloadUrl"])
    assert file.content == VILLAGES
    assert told["hash"] == f"md5:{hashlib.md5(file.content).hexdigest()}"
    xform = collect.get(next(str(child.text) for child in listed[0] if child.tag.endswith("downloadUrl"))).text
    assert "jr://file-csv/villages.csv" in xform


def test_the_list_follows_the_releases_of_the_callers_rounds(world: World, collect: Collect) -> None:
    def versions() -> set[str]:
        listed = ElementTree.fromstring(collect.get(f"{collect.base}/formList?formID=q1_poor").content)
        return {child.text or "" for form in listed for child in form if child.tag.endswith("version")}

    before = versions()
    assert publish(world, edited("q1_poor", FUTURE), round=ROUND).status_code == 303
    assert versions() == before | {FUTURE}, "Lin works in that round"

    later = (utcnow() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    publish(world, edited("q1_poor", "2099010102"), round=ROUND, starts_at=later)
    assert "2099010102" not in versions(), "not yet begun"
