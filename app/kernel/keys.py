"""One secret, many keys: everything cryptographic is derived here by HKDF-SHA-256 (RFC 5869).

The secret is RUHU_SECRET_KEY or a file of mode 600 in the data folder, never in the database or its backup.
Receipts and draw records are signed with ECDSA P-256, deterministic (RFC 6979), raw r‖s: old phones can check
it (scale-security B). ID numbers are sealed with AES-256-GCM bound to their place, and found again by a keyed
index (HMAC-SHA-256), never by a plain hash: all numbers of a county can be tried in half a minute.
Phones put what only this service may open into boxes: ephemeral ECDH P-256, HKDF-SHA-256, AES-256-GCM, every box bound
to its purpose (recovery of one account's keys on one device, one export file). Whoever loses the secret loses them.
"""

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Keys:
    """The keys of one installation."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        scalar = int.from_bytes(self._derive("receipt-p256", 48), "big") % (_P256_ORDER - 1) + 1
        self._signing = ec.derive_private_key(scalar, ec.SECP256R1())
        self._spki = self._signing.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        box_scalar = int.from_bytes(self._derive("box-p256", 48), "big") % (_P256_ORDER - 1) + 1
        self._box = ec.derive_private_key(box_scalar, ec.SECP256R1())
        self._cipher = AESGCM(self._derive("id-number-seal", 32))
        self._index = self._derive("id-number-index", 32)

    def _derive(self, purpose: str, length: int) -> bytes:
        return HKDF(hashes.SHA256(), length, salt=None, info=b"ruhu/1/" + purpose.encode()).derive(self._secret)

    @property
    def key_id(self) -> str:
        """First 16 hex digits of the SHA-256 of the public key."""
        return hashlib.sha256(self._spki).hexdigest()[:16]

    def public_key(self) -> dict[str, str]:
        """`{"alg","key_id","spki"}`; spki is the DER SubjectPublicKeyInfo in base64."""
        return {"alg": "ES256", "key_id": self.key_id, "spki": base64.b64encode(self._spki).decode()}

    def box_key(self) -> dict[str, str]:
        """The public half for boxes, in the same shape as `public_key`."""
        spki = self._box.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return {
            "alg": "ECDH-P256",
            "key_id": hashlib.sha256(spki).hexdigest()[:16],
            "spki": base64.b64encode(spki).decode(),
        }

    def box_cipher(self, epk: bytes, purpose: str) -> AESGCM:
        """The cipher that a phone and this service agree on; ValueError for anything that is no point of the curve."""
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), epk)
        shared = self._box.exchange(ec.ECDH(), theirs)
        info = b"ruhu/box/1|" + purpose.encode()
        return AESGCM(HKDF(hashes.SHA256(), 32, salt=epk, info=info).derive(shared))

    def open_box(self, epk: bytes, nonce: bytes, sealed: bytes, purpose: str) -> bytes:
        """What a phone put into a box for this purpose; InvalidTag or ValueError for anything else."""
        return self.box_cipher(epk, purpose).decrypt(nonce, sealed, purpose.encode())

    def sign(self, message: bytes) -> str:
        """Base64 of the 64 bytes r‖s; the same message always gives the same signature."""
        der = self._signing.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        r, s = decode_dss_signature(der)
        return base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()

    def seal(self, plain: str, place: str) -> bytes:
        """Ciphertext of a short text, bound to its place (table, row, column): nonce ‖ ciphertext ‖ tag."""
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, plain.encode(), place.encode())

    def unseal(self, sealed: bytes, place: str) -> str:
        """The text sealed for this place; anything else raises InvalidTag."""
        return self._cipher.decrypt(sealed[:12], sealed[12:], place.encode()).decode()

    def index(self, plain: str) -> bytes:
        """32 bytes that are equal for equal texts and say nothing without the key."""
        return hmac.digest(self._index, plain.encode(), "sha256")


def verify_signature(spki_base64: str, message: bytes, signature_base64: str) -> bool:
    """Whether r‖s is this public key's signature of the message; False for anything malformed."""
    try:
        key = serialization.load_der_public_key(base64.b64decode(spki_base64, validate=True))
        raw = base64.b64decode(signature_base64, validate=True)
        if not isinstance(key, ec.EllipticCurvePublicKey) or len(raw) != 64:
            return False
        der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        key.verify(der, message, ec.ECDSA(hashes.SHA256()))
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def load_keys(folder: Path, secret_text: str | None = None) -> Keys:
    """The installation's keys; makes the secret on first start, readable by its owner alone."""
    if secret_text:
        return Keys(secret_text.encode())
    path = folder / "secret.key"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
    return Keys(path.read_text().strip().encode())
