"""The phone's evaluator, run in Node, beside the server's: the same requests to both.

The bundle is made by the rolldown that comes with Vite, so whoever can build the phone app can run this.
"""

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from app.survey.questionnaires.rules import filed_value, fill, prune, start, validate, walk
from app.survey.questionnaires.state import Form, State, compute, pointer
from app.survey.questionnaires.values import to_text

ROOT = Path(__file__).resolve().parents[3]
ROLLDOWN = ROOT / "pwa" / "node_modules" / ".bin" / "rolldown"


@cache
def bundle() -> Path:
    """The evaluator as one file for Node."""
    if not ROLLDOWN.exists() or shutil.which("node") is None:
        pytest.skip("the phone's packages are not installed (make setup), so its evaluator cannot be asked")
    target = Path(mkdtemp(prefix="ruhu-twin-")) / "twin.mjs"
    source = ROOT / "pwa" / "src" / "domain" / "form" / "twin.ts"
    command = [str(ROLLDOWN), str(source), "--format", "esm", "--file", str(target)]
    subprocess.run(command, check=True, capture_output=True)
    return target


def ask_phone(forms: dict[str, Form], requests: list[dict[str, Any]]) -> list[Any]:
    """The phone's verdict on every request, in their order."""
    lines = [json.dumps({"define": name, "form": form.data}) for name, form in forms.items()]
    lines += [json.dumps(request) for request in requests]
    done = subprocess.run(
        ["node", str(ROOT / "tools" / "forms_twin.mjs"), str(bundle())],
        input="\n".join(lines).encode() + b"\n",
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def ask_server(forms: dict[str, Form], request: dict[str, Any]) -> Any:
    """The server's verdict in the same shape (pwa/src/domain/form/twin.ts)."""
    form = forms[request["form"]]
    today = request["today"]
    if "source" in request:
        return _prefilled(form, request["source"], today)
    if "at" in request:
        place = tuple(request["at"])
        return {"text": to_text(State(form, request["answers"], today).evaluate(request["tree"], place))}
    state = compute(form, request["answers"], today)
    notes = [
        [pointer(at), fill(state, node.item["label"]["zh"], at), fill(state, node.item["label"]["en"], at)]
        for node, at in walk(state)
        if node.kind == "note" and state.relevant(at)
    ]
    return {"errors": [list(reason) for reason in validate(state)], "answers": prune(state), "notes": notes}


def _prefilled(form: Form, source: dict[str, Any], today: str) -> Any:
    known: list[str | None] = []
    for rule in form.data["prefill"]:
        value = filed_value(form, rule, source) if rule["show"] else ""
        node = form.by_path[tuple(rule["to"][1:].split("/"))]
        listed = form.data["choices"].get(node.item.get("list", ""), [])
        known.append(next((c["label"]["zh"] for c in listed if c["value"] == value), value or None))
    return {"answers": start(form, source, today=today, now=""), "filed": known}
