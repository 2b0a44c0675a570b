import assert from "node:assert/strict";
import { parseEndpoint } from "./_policy_endpoint.ts";

// What Go's net/url (1.26) makes of each: `host port`, or nothing where it refuses the text or finds no host.
const GOOD: readonly [text: string, expected: string][] = [
  ["http://a", "a 80"],
  ["https://a", "a 443"],
  ["HTTPS://A/", "A 443"],
  ["tcp://a", "a 80"],
  ["wss://a:443", "a 443"],
  ["//a:1/x", "a 1"],
  ["http://a:", "a 80"],
  ["http://a:0080", "a 80"],
  ["http://u:p@a:1", "a 1"],
  ["http://u@v@a", "a 80"],
  ["http://a?x=%zz", "a 80"],
  ["http://a#b", "a 80"],
  ["http://[::1]:80", "::1 80"],
  ["http://[2001:db8::1]", "2001:db8::1 80"],
  ["https://[fe80::1%25eth0]/x", "fe80::1%eth0 443"],
  ["http://[::ffff:1.2.3.4]:5", "::ffff:1.2.3.4 5"],
  ["http://1.2.3.4:65535", "1.2.3.4 65535"],
  ["http://%c3%a9", "é 80"],
  ["http://a%25b", "a%b 80"],
  ["tcp://a:b:1", "a:b 1"],
];

const BAD: readonly [text: string, problem: string][] = [
  ["", "it is no URL with a host"],
  ["a", "it is no URL with a host"],
  ["a:80", "it is no URL with a host"],
  ["http:a", "it is no URL with a host"],
  ["/a", "it is no URL with a host"],
  ["///a", "it is no URL with a host"],
  ["://a", "it is no URL with a host"],
  ["http://", "it has no host"],
  ["http:///a", "it has no host"],
  ["http://:80", "it has no host"],
  ["http://u@", "it has no host"],
  ["http://a b", "its host has a character that hosts do not have"],
  ["http://a%20b", "its host has a character that hosts do not have"],
  ["http://%ff", "its host has a character that hosts do not have"],
  ["http://a[b", "its host has a character that hosts do not have"],
  ["http://a/%zz", "it has a % that escapes nothing"],
  ["http://a#%zz", "it has a % that escapes nothing"],
  ["http://a\n", "it has a control character"],
  ["http://a b@c", "its user is none"],
  ["http://a:b", "its port is no number"],
  ["http://a:0", "its port 0 is not between 1 and 65535"],
  ["http://a:65536", "its port 65536 is not between 1 and 65535"],
  ["http://::1", "an IPv6 address has to be in brackets"],
  ["http://[::1", "its address in brackets is not followed by a port"],
  ["http://[::1]x", "its address in brackets is not followed by a port"],
  ["http://[1.2.3.4]", "what is in brackets is no IPv6 address"],
  ["http://[a]", "what is in brackets is no IPv6 address"],
  ["http://[::1%25]", "what is in brackets is no IPv6 address"],
];

Deno.test("parseEndpoint() reads host and port as Go does", () => {
  const found = GOOD.map(([text]) => {
    const endpoint = parseEndpoint(text);
    return [text, typeof endpoint === "string" ? endpoint : `${endpoint.host} ${endpoint.port}`];
  });
  assert.deepEqual(found, GOOD);
});

Deno.test("parseEndpoint() says what is wrong with what has no host", () => {
  assert.deepEqual(BAD.map(([text]) => [text, parseEndpoint(text)]), BAD);
});
