#!/usr/bin/env python3
"""Makes vectors.json: signed notifications, computed with Python's hmac and not with the code under test.

Run as: python3 make_vectors.py > vectors.json
A signature can be checked with OpenSSL too: printf %s "$message" | openssl dgst -sha256 -hmac "$secret" -binary | base64
"""

import base64
import hashlib
import hmac
import json

CREATED = 1645197138
DATE = "Fri, 18 Feb 2022 15:12:18 GMT"


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


def vector(name, secret, body, signed, bound, as_bytes=False):
    message = "".join(value for _, value in signed).encode("latin-1")
    signature = b64(hmac.new(secret.encode("utf-8"), message, hashlib.sha256).digest())
    listed = " ".join(f'"{header}"' for header, _ in signed)
    return {
        "name": name,
        "secret": secret,
        "now": CREATED + 1,
        "headers": dict(signed)
        | {
            "Signature-Input": f"up42-sig=({listed});created={CREATED}",
            "Signature": f"up42-sig=:{signature}:" if as_bytes else f"up42-sig={signature}",
        },
        "body": body,
        "bodyBound": bound,
    }


def main():
    job = notification("job.status", {"jobId": "FB0DA199", "status": "SUCCEEDED", "tasks": [], "startedAt": None, "finishedAt": None})
    order = notification("order.status", {"orderId": "A-1", "status": "FULFILLED", "place": "Zürich \U0001f6f0"})
    later = notification("catalog.updated", ["anything"])
    sha256 = hashlib.sha256(job.encode("utf-8")).digest()
    sha512 = hashlib.sha512(order.encode("utf-8")).digest()
    vectors = [
        vector("date only", "QWZTFnMEXhqZKNmu", job, [("Date", DATE)], False),
        vector("old Digest", "QWZTFnMEXhqZKNmu", job, [("Date", DATE), ("Digest", "SHA-256=" + b64(sha256))], True),
        vector("Content-Digest, SHA-512, text beyond ASCII", "geheim-ß-密", order,
               [("Content-Digest", f"sha-512=:{b64(sha512)}:"), ("Host", "example.com")], True, as_bytes=True),
        vector("unknown event, a header beyond ASCII, a long secret", "k" * 200, later,
               [("X-City", "Zürich"), ("Content-Type", "application/json")], False),
    ]
    print(json.dumps(vectors, indent=2, ensure_ascii=False))


main()
