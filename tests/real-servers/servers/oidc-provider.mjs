// oidc-provider with one client, and one user who signs in and consents at once.
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';
import { client, serve } from './control.mjs';

serve((address) => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const grants = new Set();
  const provider = new Provider(address, {
    clients: [{
      client_id: client.id,
      client_secret: client.secret,
      redirect_uris: [client.redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      id_token_signed_response_alg: 'ES256',
      token_endpoint_auth_method: 'client_secret_basic',
    }],
    cookies: { keys: ['example-cookie-key'] },
    jwks: { keys: [privateKey.export({ format: 'jwk' })] },
    features: { devInteractions: { enabled: false } },
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    // Without the scope `offline_access` too, as most providers do.
    issueRefreshToken: (ctx, { grantTypes }) => grantTypes.includes('refresh_token'),
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({ clientId: client.id, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope('openid email');
      grants.add(await grant.save());
      return grant;
    },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    scopes: ['openid', 'email'],
    ttl: { AccessToken: 3600, Grant: 86400, IdToken: 3600, Interaction: 600, RefreshToken: 86400, Session: 86400 },
  });
  const handler = provider.callback();
  return {
    handle(req, res, pathname) {
      if (!pathname.startsWith('/interaction/')) return handler(req, res);
      return provider.interactionFinished(req, res, { login: { accountId: 'example-user' } });
    },
    async revoke() {
      for (const id of grants) {
        for (const kind of ['AccessToken', 'RefreshToken']) await provider[kind].revokeByGrantId(id);
        await (await provider.Grant.find(id))?.destroy();
      }
    },
  };
});
