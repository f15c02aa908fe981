// oauth2-mock-server on a free port; prints the URL of its token endpoint.
import { OAuth2Server } from "oauth2-mock-server";

const server = new OAuth2Server();
await server.issuer.keys.generate("RS256");
await server.start(0, "127.0.0.1");
console.log(`http://127.0.0.1:${server.address().port}/token`);
