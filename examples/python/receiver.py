#!/usr/bin/env python3
"""A receiver of UP42 notifications in Python, with nothing but the standard library."""

import base64
import hashlib
import hmac
import json
import os
import re
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

TOLERANCE_SECONDS = 300
MAX_BODY_BYTES = 1024 * 1024
ALGORITHMS = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}


class NotificationError(Exception):
    """The request must not be acted on. Its argument is one of the codes in docs/receiver.md."""


def verify(headers, body, secret, now=None):
    """Returns the notification, and whether its signature covers the body, which is passed as bytes."""
    lines = {name.lower(): value.strip() for name, value in headers.items()}
    names, created = parse_signature_input(lines.get("signature-input", ""))
    age = (time.time() if now is None else now) - created
    if age < 0:
        raise NotificationError("created_in_future")
    if age >= TOLERANCE_SECONDS:
        raise NotificationError("too_old")
    if any(name not in lines for name in names):
        raise NotificationError("signed_header_missing")
    sent = re.findall(r"(?:^|,)\s*up42-sig\s*=\s*:?([A-Za-z0-9+/]+=*)", lines.get("signature", ""))
    text = "".join(lines[name] for name in names)
    expected = [sign(secret, text, encoding) for encoding in ("utf-8", "latin-1")]
    if not secret or not text or not sent or not any(hmac.compare_digest(sent[-1], one) for one in expected):
        raise NotificationError("signature_mismatch")
    digests = [name for name in names if name in ("digest", "content-digest")]
    for name in digests:
        check_digest(lines[name], body)
    return json.loads(body), bool(digests)


def parse_signature_input(header):
    """The names of the signed headers, in order, and when they were signed. UP42 may write both with or without quotes."""
    found = re.findall(r'(?:^|,)\s*up42-sig\s*=\s*\(([^()]*)\)((?:[^",]|"[^"]*")*)', header)
    if not found:
        raise NotificationError("missing_signature_input")
    names = re.findall(r'[^\s"]+', found[-1][0].lower())
    created = re.search(r";\s*created\s*=\s*(\d{1,15})\s*(?:;|$)", found[-1][1])
    if not names:
        raise NotificationError("nothing_signed")
    if created is None:
        raise NotificationError("missing_created")
    return names, int(created[1])


def sign(secret, text, encoding):
    mac = hmac.new(secret.encode(), text.encode(encoding, "replace"), hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()


def check_digest(header, body):
    """A signed digest that is empty or unknown binds nothing, and is how a body would be exchanged: it is refused."""
    members = dict(re.findall(r"(?:^|,)\s*([\w-]+)\s*=\s*:?([A-Za-z0-9+/]+=*)", header))
    known = {name.lower(): value for name, value in members.items() if name.lower() in ALGORITHMS}
    if not known:
        raise NotificationError("invalid_digest")
    for name, value in known.items():
        if value != base64.b64encode(ALGORITHMS[name](body).digest()).decode():
            raise NotificationError("digest_mismatch")


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        if length > MAX_BODY_BYTES:
            return self.answer(413, "body_too_large")
        try:
            notification, _ = verify(self.headers, self.rfile.read(length), os.environ["UP42_WEBHOOK_SECRET"])
        except (NotificationError, ValueError) as error:
            return self.answer(401, str(error.args[0]) if isinstance(error, NotificationError) else "malformed_body")
        print(notification["event"], notification["body"], flush=True)
        return self.answer(204)

    def answer(self, status, code=""):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(code.encode())


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", int(os.environ.get("PORT", "3000"))), Receiver)
    print(f"Receiving on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
