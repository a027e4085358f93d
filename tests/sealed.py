"""What a phone seals for the service, made a second time: boxes and export files, to the letter of their layout."""

import base64
import hashlib
import json
import os
import uuid
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PART = 2**20


def _agree(key: dict[str, str], purpose: str) -> tuple[AESGCM, bytes]:
    theirs = serialization.load_der_public_key(base64.b64decode(key["spki"]))
    assert isinstance(theirs, ec.EllipticCurvePublicKey)
    own = ec.generate_private_key(ec.SECP256R1())
    epk = own.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    info = b"ruhu/box/1|" + purpose.encode()
    return AESGCM(HKDF(hashes.SHA256(), 32, salt=epk, info=info).derive(own.exchange(ec.ECDH(), theirs))), epk


def box(key: dict[str, str], purpose: str, plain: bytes) -> dict[str, str]:
    """A box as a phone makes it."""
    cipher, epk = _agree(key, purpose)
    nonce = os.urandom(12)
    sealed = cipher.encrypt(nonce, plain, purpose.encode())
    parts = {"epk": epk, "iv": nonce, "ct": sealed}
    return {"key_id": key["key_id"], **{name: base64.b64encode(part).decode() for name, part in parts.items()}}


def export(
    key: dict[str, str], account: str, device_id: str, ops: Sequence[dict[str, Any]], pictures: Sequence[bytes] = ()
) -> bytes:
    """A whole export file: records, then their pictures."""
    export_id = str(uuid.uuid4())
    cipher, epk = _agree(key, f"export|{account}|{device_id}|{export_id}")
    head = {
        "format": "ruhu-export", "version": 1, "key_id": key["key_id"], "epk": base64.b64encode(epk).decode(),
        "account": account, "device_id": device_id, "export_id": export_id, "made_at": "2026-11-24T06:00:00.000Z",
    }  # fmt: skip
    line = json.dumps(head).encode() + b"\n"
    plain = [b"\x01" + json.dumps(op).encode() for op in ops]
    for picture in pictures:
        pieces = [picture[at : at + PART] for at in range(0, len(picture), PART)]
        for n, piece in enumerate(pieces):
            told = {"sha256": hashlib.sha256(picture).hexdigest(), "bytes": len(picture), "n": n, "of": len(pieces)}
            about = json.dumps(told).encode()
            plain.append(b"\x02" + len(about).to_bytes(4, "big") + about + piece)
    plain.append(b"\x09" + json.dumps({"records": len(ops), "photos": len(pictures)}).encode())
    bound = hashlib.sha256(line).hexdigest()
    out = [line]
    for n, content in enumerate(plain):
        word = "last" if n == len(plain) - 1 else "more"
        sealed = cipher.encrypt(bytes(8) + n.to_bytes(4, "big"), content, f"{bound}|{n}|{word}".encode())
        out.append(len(sealed).to_bytes(4, "big") + sealed)
    return b"".join(out)
