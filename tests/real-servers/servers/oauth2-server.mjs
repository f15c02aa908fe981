// @node-oauth/oauth2-server with one client, and one user who consents at once. Its store is a map: the
// library has no store of its own.
import { text } from 'node:stream/consumers';
import OAuth2Server from '@node-oauth/oauth2-server';
import { client, serve } from './control.mjs';

const registration = {
  id: client.id,
  redirectUris: [client.redirectUri],
  grants: ['authorization_code', 'refresh_token'],
};
const user = { id: 'example-user' };
const codes = new Map();
const tokens = new Map();

const model = {
  // The authorize page passes null.
  getClient: (id, secret) => id === client.id && (secret === null || secret === client.secret) && registration,
  validateScope: (_user, _client, scope) => scope,
  saveAuthorizationCode(code, owner, codeUser) {
    const saved = { ...code, client: owner, user: codeUser };
    codes.set(code.authorizationCode, saved);
    return saved;
  },
  getAuthorizationCode: (code) => codes.get(code),
  revokeAuthorizationCode: (code) => codes.delete(code.authorizationCode),
  saveToken(token, owner, tokenUser) {
    const saved = { ...token, client: owner, user: tokenUser };
    tokens.set(token.accessToken, saved);
    tokens.set(token.refreshToken, saved);
    return saved;
  },
  getAccessToken: (token) => tokens.get(token),
  getRefreshToken: (token) => tokens.get(token),
  revokeToken: (token) => tokens.delete(token.refreshToken),
};

const oauth = new OAuth2Server({ model, accessTokenLifetime: 3600 });
const actions = {
  '/auth': (request, response) => oauth.authorize(request, response, { authenticateHandler: { handle: () => user } }),
  '/token': (request, response) => oauth.token(request, response),
  '/me': async (request, response) => {
    await oauth.authenticate(request, response);
    response.body = user;
  },
};

serve(() => ({
  async handle(req, res, pathname) {
    const query = Object.fromEntries(new URL(req.url, 'http://127.0.0.1').searchParams);
    const body = Object.fromEntries(new URLSearchParams(await text(req)));
    const request = new OAuth2Server.Request({ method: req.method, headers: req.headers, query, body });
    const response = new OAuth2Server.Response();
    // The library writes its errors into the response too, except those of the API.
    await actions[pathname](request, response).catch((error) => { response.status = error.code; });
    res.writeHead(response.status, { 'content-type': 'application/json', ...response.headers });
    res.end(JSON.stringify(response.body));
  },
  // The library has no revocation endpoint (RFC 7009): its users delete from their store.
  revoke: () => tokens.clear(),
}));
