"""Visitor passes by a library that we did not write (cwt of PyPI): CWT in COSE_Sign1 with EdDSA.

    pass-peer.py public SEED              the public key of a seed, both hexadecimal
    pass-peer.py verify PUBLIC-KEY        a pass from the input: its claims as JSON, or exit status 1
    pass-peer.py sign SEED                claims from the input, JSON with numbers as keys: the pass
"""

import base64
import hashlib
import json
import sys

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cwt import COSE, COSEKey


def raw(public):
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def kid(public):
    return hashlib.sha256(raw(public)).digest()[:8]


def verify(public, text):
    assert text.startswith("GP1.")
    octets = base64.urlsafe_b64decode(text[4:] + "=" * (-len(text[4:]) % 4))
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    protected, unprotected, payload = COSE.new().decode_with_headers(octets, COSEKey.from_pem(pem, kid=kid(public), alg="EdDSA"))
    assert protected == {1: -8, 4: kid(public)} and unprotected == {}, (protected, unprotected)
    claims = cbor2.loads(payload)
    claims[7] = claims[7].hex()
    return {str(key): value for key, value in claims.items()}


def sign(private, claims):
    claims = {int(key): value for key, value in claims.items()}
    claims[7] = bytes.fromhex(claims[7])
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    number = kid(private.public_key())
    octets = COSE.new(alg_auto_inclusion=False, kid_auto_inclusion=False).encode(
        cbor2.dumps(claims, canonical=True), COSEKey.from_pem(pem, kid=number, alg="EdDSA"), protected={1: -8, 4: number}, unprotected={})
    return "GP1." + base64.urlsafe_b64encode(octets).decode().rstrip("=")


if __name__ == "__main__":
    verb, key = sys.argv[1], bytes.fromhex(sys.argv[2])
    if verb == "public":
        print(raw(Ed25519PrivateKey.from_private_bytes(key).public_key()).hex())
    elif verb == "verify":
        print(json.dumps(verify(Ed25519PublicKey.from_public_bytes(key), sys.stdin.read().strip())))
    else:
        print(sign(Ed25519PrivateKey.from_private_bytes(key), json.load(sys.stdin)))
