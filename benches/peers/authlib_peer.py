"""authlib: `SECONDS header` and `SECONDS exchange URL`. Prints nanoseconds per call, one line per round."""

import os
import sys
import time

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # loopback

from authlib.integrations.requests_client import OAuth2Session  # noqa: E402


def header():
    token = {"access_token": "0123456789abcdef" * 3, "token_type": "Bearer", "expires_at": time.time() + 43200}
    session = OAuth2Session("client-id", "client-secret", token=token)

    def call():
        session.ensure_active_token(session.token)
        session.token_auth.prepare("https://api.example.com/me", {}, None)

    return call


def exchange(url):
    session = OAuth2Session(
        "client-id",
        "client-secret",
        redirect_uri="https://app.example.com/callback",
        token_endpoint_auth_method="client_secret_post",
    )

    def call():
        session.fetch_token(url, grant_type="authorization_code", code="0123456789abcdef" * 2)

    return call


def main():
    seconds, what, *more = sys.argv[1:]
    call = {"header": header, "exchange": exchange}[what](*more)
    times = {"header": 1000, "exchange": 20}[what]
    for _ in range(times):
        call()
    until = time.monotonic() + float(seconds)
    while time.monotonic() < until:
        begun = time.perf_counter_ns()
        for _ in range(times):
            call()
        print((time.perf_counter_ns() - begun) / times)


main()
