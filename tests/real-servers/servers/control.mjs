// Address, control routes and end of a fixture server.
import http from 'node:http';

/**
 * Listens on a free loopback port and prints the address as the first line. Counts the token calls and passes
 * every request that is not a control call to the handler that `start` returns. Exits when standard input
 * ends, so that no server outlives its test.
 */
export function serve(start) {
  let calls = 0;
  let routes;
  const server = http.createServer(async (req, res) => {
    const { pathname } = new URL(req.url, 'http://127.0.0.1');
    if (pathname === '/control/calls') return res.end(String(calls));
    if (pathname === '/control/revoke') {
      await routes.revoke();
      return res.end();
    }
    if (pathname === '/token') calls += 1;
    return routes.handle(req, res, pathname);
  });
  server.listen(0, '127.0.0.1', () => {
    const address = `http://127.0.0.1:${server.address().port}`;
    routes = start(address);
    console.log(address);
  });
  process.stdin.on('end', () => process.exit()).resume();
}

/** The client of the tests. Its secret has characters that HTTP Basic must encode. */
export const client = {
  id: 'example-client',
  secret: 'example secret +%/&=',
  redirectUri: 'https://app.example.com/callback',
};
