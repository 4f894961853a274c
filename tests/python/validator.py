"""Verifies notifications as UP42's published validator does, with nothing but Python's standard library.

Reads [{"headers": {…}, "secret": "…"}, …] as JSON from stdin, and prints for each whether the signature is right.
"""

import base64
import hashlib
import hmac
import json
import re
import sys
import time

MAX_AGE_SECONDS = 300


def is_valid(headers, secret):
    headers = {name.lower(): value for name, value in headers.items()}
    covered, parameters = re.fullmatch(r"up42-sig=\((.*?)\)(.*)", headers["signature-input"]).groups()
    age = time.time() - int(re.search(r";created=(\d+)", parameters).group(1))
    text = "".join(headers[name.strip('"')] for name in covered.split())
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    expected = "up42-sig=" + base64.b64encode(digest).decode()
    return 0 <= age < MAX_AGE_SECONDS and hmac.compare_digest(expected, headers["signature"])


print(json.dumps([is_valid(**request) for request in json.load(sys.stdin)]))
