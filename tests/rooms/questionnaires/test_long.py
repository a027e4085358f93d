"""The long figures of the questionnaires, for the nightly run: ODK Validate, and a million payloads of any shape.

RUHU_MALFORMED says how many payloads; the figures are printed (`pytest -s`) and stand in docs/questionnaires.md.
"""

import os
import random
import shutil
import subprocess
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import pyxform

from app.survey.questionnaires.rules import check, leaves
from app.survey.questionnaires.state import Form
from tests.rooms.questionnaires import oracle
from tests.rooms.questionnaires.random_answers import ODD, random_answers

pytestmark = pytest.mark.skipif(os.environ.get("RUHU_NIGHTLY") != "1", reason="long: RUHU_NIGHTLY=1")
JAR = Path(pyxform.__file__).parent / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"
PAYLOADS = int(os.environ.get("RUHU_MALFORMED", "1000000"))
DAY = date(2026, 11, 24)
ATOMS: list[Any] = [None, True, False, 0, -1, 2**70, 0.5, float("nan"), float("inf"), "", "\x00", "\ud800",
                    "x" * 30_000, *ODD]  # fmt: skip


def test_odk_validate_takes_every_form(tmp_path: Path) -> None:
    java = shutil.which("java")
    if java is None:
        pytest.skip("no java: apt-get install default-jre-headless")
    files = []
    for at, subject in enumerate(oracle.subjects().values()):
        folder = tmp_path / str(at)
        folder.mkdir()
        for name, text in subject.media.items():
            (folder / name).write_text(text, "utf-8")
        files.append(folder / "form.xml")
        files[-1].write_text(subject.xml, "utf-8")

    refused = {}
    for file, name in zip(files, oracle.subjects(), strict=True):
        done = subprocess.run([java, "-jar", str(JAR), str(file)], capture_output=True, text=True, check=False)
        if done.returncode or "Xform is valid" not in done.stdout + done.stderr:
            refused[name] = (done.stdout + done.stderr)[-600:]

    print(f"\nODK Validate: {len(files)} forms, {len(refused)} refused")
    assert refused == {}


def test_a_million_payloads_of_any_shape_never_raise() -> None:
    rng = random.Random("malformed")
    forms = [subject.form for subject in oracle.subjects().values()]
    began, held = time.monotonic(), 0
    for _ in range(PAYLOADS):
        form = rng.choice(forms)
        checked = check(form, malformed(form, rng), fill_date=DAY, received_on=DAY)
        held += bool(checked.errors)
        leaves(form, checked.answers)

    print(f"\n{PAYLOADS} malformed payloads, {held} with reasons, none raised, {time.monotonic() - began:.0f} s")


def malformed(form: Form, rng: random.Random) -> Any:
    """Answers in which a few places hold something that does not belong there, or any JSON at all."""
    if rng.random() < 0.1:
        return anything(rng, 4)
    answers = random_answers(form, rng)
    for _ in range(rng.randrange(1, 5)):
        _spoil(answers, rng)
    return answers


def _spoil(found: Any, rng: random.Random) -> None:
    """Replace one place on a random way down; add an unknown name now and then."""
    while True:
        places = list(found) if isinstance(found, dict) else list(range(len(found)))
        if isinstance(found, dict) and (not places or rng.random() < 0.1):
            found[rng.choice(["constructor", "__proto__", "no_such", "", "g"])] = anything(rng, 2)
            return
        if not places:
            return
        place = rng.choice(places)
        if isinstance(found[place], dict | list) and rng.random() < 0.7:
            found = found[place]
            continue
        found[place] = anything(rng, 3)
        return


def anything(rng: random.Random, depth: int) -> Any:
    """A random JSON value."""
    kind = rng.random() if depth else 1
    if kind < 0.25:
        return [anything(rng, depth - 1) for _ in range(rng.randrange(4))]
    if kind < 0.5:
        return {rng.choice(["a", "g", "r", "cover", "x", "\ud800"]): anything(rng, depth - 1) for _ in range(3)}
    return rng.choice(ATOMS)
