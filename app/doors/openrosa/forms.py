"""Forms as other clients fetch them: the published XForm, with one question more.

Our own phone knows from its package whose form it fills in; another client does not. So the datum that says whom the
record is about (hidden in the form) is asked first: sample number, household code or place code. Everything else is
the published XForm, and the hash is that of the bytes served.
"""

import hashlib
from xml.sax.saxutils import escape, quoteattr

from app.doors.openrosa.instance import SUBJECTS, subject_pointers
from app.survey.questionnaires.models import FormVersion

LABELS = {
    "sample_id": ("样本号(见名单,如 2017-1-A1.640104-P.7)", "Sample id (see the list)"),
    "household": ("户编码(12位村代码-4位序号)", "Household code (village code - number)"),
    "place": ("区划代码(6、9或12位)", "Division code (6, 9 or 12 digits)"),
}


def xform_for_clients(version: FormVersion) -> bytes:
    """The XForm with its question for the subject, in UTF-8."""
    pointers = subject_pointers(version.form)
    key = next((each for each in SUBJECTS if each in pointers), None)
    node = version.form.by_path.get(tuple(pointers[key].split("/")[1:])) if key else None
    if key is None or node is None or node.kind != "hidden":
        return version.xml.encode()
    zh, en = LABELS[key]
    control = f"<input ref={quoteattr('/data' + pointers[key])}><label>{escape(f'{zh} / {en}')}</label></input>"
    head, body, rest = version.xml.partition("<h:body>")
    return (head + body + control + rest if body else version.xml).encode()


def md5_of(content: bytes) -> str:
    """`md5:…` as OpenRosa wants it."""
    return f"md5:{hashlib.md5(content, usedforsecurity=False).hexdigest()}"
