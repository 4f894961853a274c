#!/usr/bin/env python3
"""Makes vectors.json: signed notifications, computed with Python's hmac and not with the code under test.

Run as: python3 make-vectors.py > vectors.json
A signature can be checked with OpenSSL too: printf %s "$message" | openssl dgst -sha256 -hmac "$secret" -binary | base64
"""

import base64
import hashlib
import hmac
import json

# Goes up when a field is renamed or removed, or a vector's outcome changes; not when vectors are added.
VERSION = 1
CREATED = 1645197138
DATE = "Fri, 18 Feb 2022 15:12:18 GMT"
SECRET = "QWZTFnMEXhqZKNmu"


def b64(data):
    return base64.b64encode(data).decode("ascii")


def notification(event, body):
    return json.dumps(
        {
            "event": event,
            "liveMode": True,
            "messageId": "377669ea-5521-416a-976a-8e290466f7fb",
            "timestamp": "2022-02-18T15:12:18.672945Z",
            "body": body,
        },
        ensure_ascii=False,
    )


JOB = notification("job.status", {"jobId": "FB0DA199", "status": "SUCCEEDED", "tasks": [], "startedAt": None, "finishedAt": None})
ORDER = notification("order.status", {"orderId": "A-1", "status": "FULFILLED", "place": "Zürich \U0001f6f0"})
LATER = notification("catalog.updated", ["anything"])
DIGEST = "SHA-256=" + b64(hashlib.sha256(JOB.encode("utf-8")).digest())
CONTENT_DIGEST = f"sha-512=:{b64(hashlib.sha512(ORDER.encode('utf-8')).digest())}:"


def vector(name, body, signed, *, secret=SECRET, encoding="latin-1", form="({names});created={created}", age=1,
           as_bytes=False, sent=None, sent_body=None, code=None):
    """One request. `sent` and `sent_body` are what the receiver gets instead of what was signed."""
    message = "".join(value for _, value in signed).encode(encoding)
    signature = b64(hmac.new(secret.encode("utf-8"), message, hashlib.sha256).digest())
    listing = form.format(names=" ".join(f'"{header}"' for header, _ in signed), created=CREATED,
                          bare=" ".join(header for header, _ in signed))
    outcome = {"bodyBound": any("digest" in header.lower() for header, _ in signed)} if code is None else {"code": code}
    return {
        "name": name,
        "secret": secret,
        "now": CREATED + age,
        "headers": dict(signed) | {
            "Signature-Input": "up42-sig=" + listing,
            "Signature": f"up42-sig=:{signature}:" if as_bytes else f"up42-sig={signature}",
        } | (sent or {}),
        "body": sent_body or body,
    } | outcome


DATED = [("Date", DATE)]
BOUND = [("Date", DATE), ("Digest", DIGEST)]
TYPED = [("Host", "example.com"), ("Content-Type", "application/json"), ("Digest", DIGEST)]

VECTORS = [
    vector("date only", JOB, DATED),
    vector("old Digest", JOB, BOUND),
    vector("Content-Digest, SHA-512, text beyond ASCII", ORDER,
           [("Content-Digest", CONTENT_DIGEST), ("Host", "example.com")], secret="geheim-ß-密", as_bytes=True),
    vector("unknown event, a header beyond ASCII in Latin-1, a long secret", LATER,
           [("X-City", "Zürich"), ("Content-Type", "application/json")], secret="k" * 200),
    vector("a header beyond ASCII in UTF-8", LATER, [("X-City", "Zürich")], encoding="utf-8"),
    vector("names without quotes", JOB, BOUND, form="({bare});created={created}"),
    vector("more parameters, in any form", JOB, BOUND,
           form='({names}) ; created={created};keyId="k";nonce=377669ea-5521-416a-976a-8e290466f7fb;expires=1;'),
    vector("other signatures beside it", JOB, BOUND, form='({names});created={created}, sig1=("x");created=1'),
    vector("299 seconds old", JOB, BOUND, age=299),
    vector("300 seconds old", JOB, BOUND, age=300, code="too_old"),
    vector("from the future", JOB, BOUND, age=-1, code="created_in_future"),
    vector("without created", JOB, BOUND, form="({names})", code="missing_created"),
    vector("with nothing listed", JOB, BOUND, form="();created={created}", code="nothing_signed"),
    vector("a signed header that changed", JOB, BOUND, sent={"Date": DATE + "x"}, code="signature_mismatch"),
    vector("another body", JOB, BOUND, sent_body=ORDER, code="digest_mismatch"),
    vector("the digest moved into the header before it, to pass another body", JOB, TYPED, sent_body=ORDER,
           sent={"Content-Type": "application/json" + DIGEST, "Digest": ""}, code="invalid_digest"),
    vector("a digest of no known algorithm", JOB, [("Digest", "MD5=Q2hlY2sgSW50ZWdyaXR5IQ==")], code="invalid_digest"),
]

print(json.dumps({"version": VERSION, "vectors": VECTORS}, indent=2, ensure_ascii=False))
