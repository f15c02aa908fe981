"""Authlib's Flask server with one client, and one user who consents at once."""

import os
import sys
import threading
import time

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # http on loopback

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import Flask, request
from werkzeug.serving import WSGIRequestHandler, make_server

USER = "example-user"
REDIRECT_URI = "https://app.example.com/callback"
CODES, TOKENS = {}, {}
CALLS = [0]


class Client(ClientMixin):
    """The client of the tests. Its secret has characters that HTTP Basic must encode."""

    get_client_id = lambda self: "example-client"
    get_default_redirect_uri = lambda self: REDIRECT_URI
    get_allowed_scope = lambda self, scope: scope
    check_redirect_uri = lambda self, uri: uri == REDIRECT_URI
    check_client_secret = lambda self, secret: secret == "example secret +%/&="
    check_endpoint_auth_method = lambda self, method, endpoint: method == "client_secret_basic"
    check_response_type = lambda self, kind: kind == "code"
    check_grant_type = lambda self, grant: grant in ("authorization_code", "refresh_token")


class Token(TokenMixin):
    def __init__(self, fields):
        self.fields, self.issued_at = fields, time.time()

    check_client = lambda self, client: True  # there is only one
    get_scope = lambda self: self.fields["scope"]
    get_expires_in = lambda self: self.fields["expires_in"]
    is_expired = lambda self: time.time() > self.issued_at + self.fields["expires_in"]
    is_revoked = lambda self: self.fields["access_token"] not in TOKENS
    get_user = lambda self: USER
    get_client = lambda self: CLIENT


class Code:
    def __init__(self, payload):
        self.redirect_uri, self.scope = payload.redirect_uri, payload.scope
        self.code_challenge = payload.data["code_challenge"]
        self.code_challenge_method = payload.data["code_challenge_method"]

    get_redirect_uri = lambda self: self.redirect_uri
    get_scope = lambda self: self.scope


class CodeGrant(grants.AuthorizationCodeGrant):
    save_authorization_code = lambda self, code, request: CODES.update({code: Code(request.payload)})
    query_authorization_code = lambda self, code, client: CODES.get(code)
    delete_authorization_code = lambda self, code: CODES.clear()
    authenticate_user = lambda self, code: USER


class RefreshGrant(grants.RefreshTokenGrant):
    INCLUDE_NEW_REFRESH_TOKEN = True  # rotation
    authenticate_refresh_token = lambda self, token: TOKENS.get(token)
    authenticate_user = lambda self, token: USER
    revoke_old_credential = lambda self, token: TOKENS.pop(token.fields["refresh_token"])


class Validator(BearerTokenValidator):
    authenticate_token = lambda self, token: TOKENS.get(token)


def save_token(fields, _request):
    TOKENS[fields["access_token"]] = TOKENS[fields["refresh_token"]] = Token(fields)


CLIENT = Client()
app = Flask(__name__)
app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True
app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {"authorization_code": 3600, "refresh_token": 3600}
oauth = AuthorizationServer(app, lambda id: CLIENT if id == CLIENT.get_client_id() else None, save_token)
oauth.register_grant(CodeGrant, [CodeChallenge(required=True)])
oauth.register_grant(RefreshGrant)
protect = ResourceProtector()
protect.register_token_validator(Validator())


@app.get("/auth")
def authorize():
    grant = oauth.get_consent_grant(end_user=USER)
    return oauth.create_authorization_response(grant_user=USER, grant=grant)


@app.post("/token")
def token():
    CALLS[0] += 1
    return oauth.create_token_response()


@app.get("/me")
@protect()
def me():
    return {"id": USER}


@app.get("/control/calls")
def calls():
    return str(CALLS[0])


@app.get("/control/revoke")
def revoke():
    TOKENS.clear()
    return ""


class QuietHandler(WSGIRequestHandler):
    log_request = lambda self, *args: None


def exit_with_test():
    sys.stdin.read()
    os._exit(0)


server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
threading.Thread(target=exit_with_test, daemon=True).start()
server.serve_forever()
