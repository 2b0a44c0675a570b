import assert from "node:assert/strict";
import { findLayout, findSiblings, groupFiles } from "./layout.ts";

const split = (certificate: string, key: string) => ({ kind: "split", certificate, key });

Deno.test("findLayout() knows the layouts of the programs that write pairs", () => {
  assert.deepEqual(findLayout(["ca.crt", "tls.crt", "tls.key", "..data"]), split("tls.crt", "tls.key"));
  assert.deepEqual(
    findLayout(["README", "cert.pem", "chain.pem", "fullchain.pem", "privkey.pem"]),
    split("fullchain.pem", "privkey.pem"),
  );
  assert.deepEqual(
    findLayout(["a.example.com.crt", "a.example.com.key"]),
    split("a.example.com.crt", "a.example.com.key"),
  );
  assert.deepEqual(findLayout(["a.test.pem", "a.test-key.pem"]), split("a.test.pem", "a.test-key.pem"));
  assert.deepEqual(findLayout(["a.pem", "a.key"]), split("a.pem", "a.key"));
  assert.deepEqual(findLayout(["haproxy.pem"]), { kind: "combined", file: "haproxy.pem" });
  assert.deepEqual(findLayout(["tls.crt", "tls.key", "tls.ocsp-staple"]), {
    ...split("tls.crt", "tls.key"),
    staple: "tls.ocsp-staple",
  });
});

Deno.test("findLayout() keeps a known layout whose second member is missing", () => {
  assert.deepEqual(findLayout(["tls.key"]), split("tls.crt", "tls.key"));
  assert.deepEqual(findLayout(["fullchain.pem"]), split("fullchain.pem", "privkey.pem"));
  assert.deepEqual(findLayout(["a.crt"]), split("a.crt", "a.key"));
});

Deno.test("findLayout() does not choose between several pairs", () => {
  for (const names of [["a.crt", "a.key", "b.crt", "b.key"], ["a.pem", "b.pem"], [], ["keystore.jks"]]) {
    assert.equal(findLayout(names).kind, "none", names.join());
  }
});

Deno.test("findSiblings() finds the key beside a certificate file", () => {
  assert.deepEqual(findSiblings("fullchain.pem", []), split("fullchain.pem", "privkey.pem"));
  const certbot = ["cert.pem", "chain.pem", "fullchain.pem", "privkey.pem"];
  assert.deepEqual(findSiblings("cert.pem", certbot), split("cert.pem", "privkey.pem"));
  assert.deepEqual(findSiblings("privkey.pem", certbot), split("fullchain.pem", "privkey.pem"));
  assert.deepEqual(findSiblings("x.crt", []), split("x.crt", "x.key"));
  assert.deepEqual(findSiblings("x.pem", ["y.key"]), { kind: "combined", file: "x.pem" });
  assert.deepEqual(findSiblings("x.pem", ["x.pem", "x-key.pem"]), split("x.pem", "x-key.pem"));
});

Deno.test("groupFiles() makes one pair of the files that belong together", () => {
  const groups = (...caught: string[]) =>
    groupFiles(caught, caught).map(({ file, layout }) => `${file} ${layout.kind}`);
  assert.deepEqual(groups("a.crt", "a.key", "b.pem", "b-key.pem"), ["a.crt split", "b.pem split"]);
  assert.deepEqual(groups("cert.pem", "chain.pem", "fullchain.pem", "privkey.pem"), ["fullchain.pem split"]);
  assert.deepEqual(groups("haproxy.pem", "ca.crt"), ["haproxy.pem combined"]);
  assert.deepEqual(groups("tls.crt", "tls.key", "ca.crt"), ["tls.crt split"]);
  assert.deepEqual(groupFiles(["a.key"], ["a.crt", "a.key"]), [{
    file: "a.crt",
    layout: split("a.crt", "a.key"),
  }]);
});
