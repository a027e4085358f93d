"""The office looks at a form as the phone will show it: real screens, and nothing is kept."""

from pathlib import Path

from app.survey.questionnaires.queries import latest_forms
from tests.browser.conftest import Site, Window, sign_in_at_desk
from tests.browser.inspector import Inspector

DATABASES = "async () => (await indexedDB.databases()).length"


def url_of(site: Site, form_id: str) -> str:
    with site.house.db.read() as session:
        form = next(form for form in latest_forms(session) if form.form_id == form_id)
    return f"/api/v1/forms/{form.form_id}/{form.version}.json"


def test_a_form_is_walked_to_its_end_and_nothing_is_kept(site: Site, phone: Window, tmp_path: Path) -> None:
    sign_in_at_desk(phone, "city")
    phone.page.goto(f"/m/?preview={url_of(site, 'q3_visit')}")
    hands = Inspector(phone.page, tmp_path)
    hands.by("preview").wait_for()
    assert "示例户" in phone.page.inner_text("header")
    phone.shot("preview")

    hands.fills_all({"contact_result": "absent", "purpose": "policy", "problem_found": "0"})
    hands.by("seal").click()
    hands.by("preview-end").wait_for()

    assert phone.page.evaluate(DATABASES) == 0
    hands.by("preview-again").click()
    hands.by("question-contact_result").wait_for()
    assert phone.page.locator("input:checked").count() == 0


def test_a_preview_of_anything_else_says_so(site: Site, phone: Window) -> None:
    sign_in_at_desk(phone, "city")
    for path in (
        "https://elsewhere.test/form.json",
        "//elsewhere.test/x",
        "/api/v1/rounds",
        "/questionnaires/none.json",
    ):
        phone.page.goto(f"/m/?preview={path}")
        phone.page.get_by_test_id("preview").wait_for()
        assert phone.page.locator("fieldset").count() == 0
