"""A security key in software: makes passkeys and answers challenges as a browser would."""

import hashlib
import json
import secrets
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url as written

_PRESENT, _VERIFIED, _HAS_KEY = 0x01, 0x04, 0x40


class Authenticator:
    """One key for one host. ``count`` goes up with each use, as in real ones."""

    def __init__(self, host: str = "law.example", origin: str = "https://law.example") -> None:
        self.host, self.origin = host, origin
        self.count = 0
        self.id = secrets.token_bytes(16)
        self._key = ec.generate_private_key(ec.SECP256R1())

    def make(self, options: str, **changed: Any) -> str:
        """The answer to navigator.credentials.create."""
        request = json.loads(options)
        client_data = self._client_data("webauthn.create", request["challenge"], changed)
        data = self._data(_PRESENT | _VERIFIED | _HAS_KEY) + self._credential()
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": written(client_data),
            "attestationObject": written(attestation),
        }
        return self._answer(response)

    def show(self, options: str, **changed: Any) -> str:
        """The answer to navigator.credentials.get."""
        request = json.loads(options)
        client_data = self._client_data("webauthn.get", request["challenge"], changed)
        self.count += 1
        data = self._data(_PRESENT | _VERIFIED)
        signed = data + hashlib.sha256(client_data).digest()
        signature = self._key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": written(client_data),
                "authenticatorData": written(data),
                "signature": written(signature),
            }
        )

    def _client_data(self, kind: str, challenge: str, changed: dict[str, Any]) -> bytes:
        client_data = {"type": kind, "challenge": challenge, "origin": self.origin, **changed}
        return json.dumps(client_data).encode()

    def _data(self, flags: int) -> bytes:
        host = hashlib.sha256(self.host.encode()).digest()
        return host + bytes([flags]) + self.count.to_bytes(4, "big")

    def _credential(self) -> bytes:
        numbers = self._key.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big")}
        key[-3] = numbers.y.to_bytes(32, "big")
        return bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(key)

    def _answer(self, response: dict[str, str]) -> str:
        named = written(self.id)
        return json.dumps(
            {
                "id": named,
                "rawId": named,
                "type": "public-key",
                "response": response,
                "clientExtensionResults": {},
            }
        )
