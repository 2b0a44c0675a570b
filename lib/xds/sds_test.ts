import assert from "node:assert/strict";
import fc from "fast-check";
import type protobuf from "protobufjs";
import { loadOfficial } from "../../proto/official.ts";
import { KeyMaterial } from "../model/mod.ts";
import {
  encodeDeltaResponse,
  encodeRefusal,
  encodeRemoval,
  encodeResponse,
  encodeSecret,
  readDeltaRequest,
  readSdsRequest,
  SECRET_TYPE_URL,
} from "./mod.ts";

const FILES = [
  "envoy/service/discovery/v3/discovery.proto",
  "envoy/extensions/transport_sockets/tls/v3/secret.proto",
];

const official = await loadOfficial(FILES);
const typeOf = (name: string) => official.lookupType(name);
const discovery = (name: string) => typeOf(`envoy.service.discovery.v3.${name}`);

type Decoded = Record<string, unknown>;

function decode(type: protobuf.Type, bytes: Uint8Array): Decoded {
  return type.toObject(type.decode(bytes)) as Decoded;
}

function decodeSecret(any: { type_url: string; value: Buffer }): Decoded {
  assert.equal(any.type_url, SECRET_TYPE_URL);
  return decode(typeOf("envoy.extensions.transport_sockets.tls.v3.Secret"), any.value);
}

const secretOf = (bytes: Uint8Array) =>
  decodeSecret(decode(typeOf("google.protobuf.Any"), bytes) as { type_url: string; value: Buffer });

const bytes = (least: number) => fc.uint8Array({ minLength: least, maxLength: 300 });
const name = fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.replaceAll("\0", "x"));

Deno.test("encodeSecret() writes what the official files read as the same pair", () => {
  fc.assert(fc.property(name, bytes(1), bytes(1), fc.option(bytes(1)), (name, certificate, key, staple) => {
    const pair = { certificate, key: new KeyMaterial(key), staple };
    const read = secretOf(encodeSecret(name, { kind: "pair", pair }));
    const inline = (bytes: Uint8Array) => ({ inline_bytes: new Uint8Array(bytes) });
    assert.deepEqual(read, {
      name,
      tls_certificate: {
        certificate_chain: inline(certificate),
        private_key: inline(key),
        ...(staple === null ? {} : { ocsp_staple: inline(staple) }),
      },
    });
  }));
});

Deno.test("encodeSecret() writes what the official files read as the same validation context", () => {
  fc.assert(fc.property(name, bytes(1), (name, bundle) => {
    const read = secretOf(encodeSecret(name, { kind: "trust", bundle }));
    const trusted_ca = { inline_bytes: new Uint8Array(bundle) };
    assert.deepEqual(read, { name, validation_context: { trusted_ca } });
  }));
});

Deno.test("encodeRefusal() writes a chain without a source", () => {
  assert.deepEqual(secretOf(encodeRefusal("a")), { name: "a", tls_certificate: { certificate_chain: {} } });
});

Deno.test("encodeResponse() writes what the official files read", () => {
  const secret = encodeSecret("a", { kind: "trust", bundle: Buffer.from("x") });
  const read = decode(discovery("DiscoveryResponse"), encodeResponse("v", [secret, secret], "n"));
  const { resources, ...rest } = read as { resources: { type_url: string; value: Buffer }[] };
  assert.deepEqual(rest, { version_info: "v", type_url: SECRET_TYPE_URL, nonce: "n" });
  assert.deepEqual(resources.map((any) => decodeSecret(any).name), ["a", "a"]);
});

Deno.test("encodeDeltaResponse() and encodeRemoval() write what the official files read", () => {
  const secret = encodeSecret("a", { kind: "trust", bundle: Buffer.from("x") });
  const response = encodeDeltaResponse({ name: "a", version: "v", bytes: secret }, "n");
  const { resources: [one], ...rest } = decode(discovery("DeltaDiscoveryResponse"), response) as never as {
    resources: [{ name: string; version: string; resource: { type_url: string; value: Buffer } }];
  };
  assert.deepEqual(rest, { system_version_info: "v", type_url: SECRET_TYPE_URL, nonce: "n" });
  assert.deepEqual([one.name, one.version, decodeSecret(one.resource).name], ["a", "v", "a"]);
  assert.deepEqual(decode(discovery("DeltaDiscoveryResponse"), encodeRemoval("b", "m")), {
    type_url: SECRET_TYPE_URL,
    nonce: "m",
    removed_resources: ["b"],
  });
});

const NODE = { id: "node", cluster: "edge", user_agent_name: "envoy", extensions: [{ name: "x" }] };
const texts = fc.array(name, { maxLength: 5 });
const error = fc.option(fc.record({ code: fc.nat(16), message: name }));

/** Encodes as a client would. */
function encode(type: protobuf.Type, value: object): Uint8Array {
  return type.encode(type.fromObject(value)).finish();
}

Deno.test("readSdsRequest() reads what the official files write", () => {
  fc.assert(fc.property(texts, name, name, error, fc.boolean(), (names, version, nonce, error, first) => {
    const read = readSdsRequest(encode(discovery("DiscoveryRequest"), {
      version_info: version,
      resource_names: names,
      response_nonce: nonce,
      type_url: SECRET_TYPE_URL,
      ...(first ? { node: NODE } : {}),
      ...(error === null ? {} : { error_detail: error }),
    }));
    assert.deepEqual(read, {
      node: first ? { id: "node", cluster: "edge" } : null,
      typeUrl: SECRET_TYPE_URL,
      version,
      names,
      nonce,
      error: error === null ? null : error.message,
    });
  }));
});

Deno.test("readDeltaRequest() reads what the official files write", () => {
  fc.assert(fc.property(texts, texts, texts, name, error, (subscribe, unsubscribe, held, nonce, error) => {
    const versions = held.map((name, i) => [`n${name}`, String(i)] as const);
    const read = readDeltaRequest(encode(discovery("DeltaDiscoveryRequest"), {
      node: NODE,
      type_url: SECRET_TYPE_URL,
      resource_names_subscribe: subscribe,
      resource_names_unsubscribe: unsubscribe,
      initial_resource_versions: Object.fromEntries(versions),
      response_nonce: nonce,
      ...(error === null ? {} : { error_detail: error }),
    }));
    assert.deepEqual(read, {
      node: { id: "node", cluster: "edge" },
      typeUrl: SECRET_TYPE_URL,
      subscribe,
      unsubscribe,
      held: new Map(versions),
      nonce,
      error: error === null ? null : error.message,
    });
  }));
});

Deno.test("readSdsRequest() and readDeltaRequest() never throw, whatever comes", () => {
  fc.assert(fc.property(bytes(0), (bytes) => {
    readSdsRequest(bytes);
    readDeltaRequest(bytes);
  }));
  assert.equal(readSdsRequest(Buffer.from([0x0a, 0x7f])), null);
  assert.equal(readDeltaRequest(Buffer.from([0x0a, 0x7f])), null);
});
