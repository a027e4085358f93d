"""What was sealed, what was promised, and a patient client that believes nothing but a right receipt.

The checker compares four views: the ledger, the rows of the database, `changes` as a puller sees them, and receipts
asked for again.
"""

import hashlib
import json
import random
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.doors.web.house import House
from app.kernel.keys import verify_signature
from app.survey.records.queries import ops_by_id

DRAW = "2017-1-A1.640104-P"


@dataclass
class Ledger:
    """Ops by id as they were sealed, and the receipts that were believed."""

    sealed: dict[str, dict[str, Any]] = field(default_factory=dict)
    receipts: dict[str, dict[str, str]] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def waiting(self) -> list[dict[str, Any]]:
        """Ops without a receipt, in the order of sealing."""
        return [op for op_id, op in self.sealed.items() if op_id not in self.receipts]


@dataclass
class PatientPhone:
    """Seals ops and sends them until each has its receipt."""

    url: str
    token: str
    spki: str
    rng: random.Random
    device_id: str = ""
    dev_seq: int = 0
    ledger: Ledger = field(default_factory=Ledger)
    timeout: float = 10.0
    pace: float = 0.05
    """Of a wait that the service asks for the part that is waited: a drill's clock is twenty times ours."""

    def __post_init__(self) -> None:
        self.device_id = self.device_id or str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def seal(self, body: dict[str, Any] | str | None = None, **changes: Any) -> dict[str, Any]:
        """One more op: an office outcome of some household unless a body is given.

        Nineteen households are drawn, and no list of nineteen has thousands of visits: what comes after the first
        hundred names households that were not drawn, and is kept and held.
        """
        self.dev_seq += 1
        first, last = (1, 20) if self.dev_seq <= 100 else (1_000, 1_000_000)
        told: Any = body or {
            "kind": "outcome",
            "sample_id": f"{DRAW}.{self.rng.randrange(first, last)}",
            "outcome": {"code": "N4", "reason": "雨 " * self.rng.randrange(1, 60)},
            "started_at": "2017-05-20T09:30:00+08:00",
            "more": self.rng.random(),
        }
        text = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
        op_id = str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        op = {"op_id": op_id, "dev_seq": self.dev_seq, "digest": digest, "body": text, **changes}
        self.ledger.sealed[op["op_id"]] = op
        return op

    def send(self, ops: list[dict[str, Any]]) -> str:
        """One try: `received`, or why not. Only a right receipt counts, whatever the status says."""
        envelope = json.dumps({"device_id": self.device_id, "ops": ops}).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            with httpx.Client(timeout=self.timeout, verify=False) as client:
                answer = client.post(f"{self.url}/api/v1/sync", content=envelope, headers=headers)
                self.ledger.statuses[answer.status_code] = self.ledger.statuses.get(answer.status_code, 0) + 1
                data = answer.json()
            results = data["results"] if answer.status_code == 200 else []
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return "no answer"
        if answer.status_code in (429, 503):
            time.sleep(float(answer.headers["retry-after"]) * self.pace)
        for op, result in zip(ops, results, strict=False):
            if is_right_receipt(result.get("receipt") if isinstance(result, dict) else None, op, self.spki):
                self.ledger.receipts.setdefault(op["op_id"], result["receipt"])
        return "received" if all(op["op_id"] in self.ledger.receipts for op in ops) else f"status {answer.status_code}"

    def drain(self, *, most_tries: int = 0) -> int:
        """Send what waits in batches until nothing does, or so often; how many tries that took."""
        tries, most = 0, most_tries or 400 + 2 * len(self.ledger.waiting)
        while self.ledger.waiting and tries < most:
            tries += 1
            if self.send(self.ledger.waiting[: self.rng.randrange(1, 8)]) != "received":
                time.sleep(self.rng.random() * 0.03)
        return tries


def is_right_receipt(receipt: Any, op: dict[str, Any], spki: str) -> bool:
    """Signed by our server over this op and these bytes."""
    if not isinstance(receipt, dict) or not verify_signature(
        spki, str(receipt.get("text")).encode(), str(receipt.get("signature"))
    ):
        return False
    text = json.loads(receipt["text"])
    return bool(text["op_id"] == op["op_id"] and text["digest"] == op["digest"])


def pulled(url: str, token: str) -> dict[str, str]:
    """Op id → state, as a puller has it who began from nothing."""
    states: dict[str, str] = {}
    cursor, more = "", True
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30, verify=False) as client:
        while more:
            page = client.get("/api/v1/sync/changes", params={"cursor": cursor, "limit": 500}).json()
            states |= {change["op_id"]: change["state"] for change in page["changes"]}
            cursor, more = page["cursor"], page["more"]
    return states


def faults(house: House, ledger: Ledger, *, pulled_states: dict[str, str] | None = None) -> list[str]:
    """Everything in which ledger, rows and puller part."""
    found = []
    with house.db.read() as session:
        rows = ops_by_id(session, [uuid.UUID(op_id) for op_id in ledger.sealed])
    for op_id, op in ledger.sealed.items():
        row = rows.get(uuid.UUID(op_id))
        if op_id in ledger.receipts and row is None:
            found.append(f"receipted and lost: {op_id}")
        if row is not None and row.body != op["body"].encode("utf-8", "surrogatepass"):
            found.append(f"other bytes: {op_id}")
        if row is not None and pulled_states is not None and pulled_states.get(op_id) != row.state:
            found.append(f"not pulled as it is: {op_id}")
    return found
