import assert from "node:assert/strict";
import { isLoopback, parseHttpAddress, parseListenAddress } from "./listen_address.ts";

Deno.test("parseListenAddress() reads both kinds and says what it expected otherwise", () => {
  assert.deepEqual(parseListenAddress("unix:///a/b.sock"), { kind: "unix", path: "/a/b.sock" });
  assert.deepEqual(parseListenAddress("tcp://127.0.0.1:0"), { kind: "tcp", host: "127.0.0.1", port: 0 });
  for (const wrong of ["", "unix://", "unix:a", "tcp://", "tcp://a", "tcp://a:70000", "a:1", "tcp://::1:5"]) {
    assert.equal(parseListenAddress(wrong), "Expected unix:///path or tcp://host:port", wrong);
  }
});

Deno.test("parseListenAddress() refuses a socket path longer than the kernel takes", () => {
  assert.match(String(parseListenAddress(`unix:///${"x".repeat(110)}`)), /^The socket path has 111 bytes/);
});

Deno.test("parseHttpAddress() reads host and port with and without a scheme", () => {
  assert.deepEqual(parseHttpAddress("127.0.0.1:9794"), { kind: "tcp", host: "127.0.0.1", port: 9794 });
  assert.deepEqual(parseHttpAddress("http://[::1]:1"), { kind: "tcp", host: "::1", port: 1 });
  assert.equal(parseHttpAddress("9794"), "Expected host:port");
});

Deno.test("isLoopback() is true for what only this machine reaches", () => {
  assert(isLoopback({ kind: "unix", path: "/a" }));
  assert(isLoopback({ kind: "tcp", host: "127.9.9.9", port: 1 }));
  assert(!isLoopback({ kind: "tcp", host: "0.0.0.0", port: 1 }));
});
