"""Verifies a notification as UP42's published validator does, with nothing but Python's standard library.

Reads {"headers": {…}, "secret": "…"} as JSON from stdin, and prints whether the signature is right.
"""

import base64
import hashlib
import hmac
import json
import re
import sys
import time

MAX_AGE_SECONDS = 300

request = json.load(sys.stdin)
headers = {name.lower(): value for name, value in request["headers"].items()}

covered, parameters = re.fullmatch(r"up42-sig=\((.*?)\)(.*)", headers["signature-input"]).groups()
created = int(re.search(r";created=(\d+)", parameters).group(1))
age = time.time() - created
text = "".join(headers[name.strip('"')] for name in covered.split())
digest = hmac.new(request["secret"].encode(), text.encode(), hashlib.sha256).digest()
expected = "up42-sig=" + base64.b64encode(digest).decode()

print(json.dumps(0 <= age < MAX_AGE_SECONDS and hmac.compare_digest(expected, headers["signature"])))
