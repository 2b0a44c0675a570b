import assert from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import { Buffer } from "node:buffer";
import { isPublicPointOf, publicPoint } from "./_base_point.ts";
import { isOnCurve, KNOWN_CURVES, readPoint, toBigInt } from "./_curves.ts";
import { mlDsaPublic } from "./_ml_dsa.ts";
import { addressBytes } from "./_address.ts";
import { addressText } from "./_general_names.ts";

const field = (value: string | undefined): bigint =>
  toBigInt(new Uint8Array(Buffer.from(value ?? "", "base64url")));

Deno.test("isPublicPointOf() agrees with the runtime's keys", () => {
  for (const curve of KNOWN_CURVES.filter(({ name }) => name !== "P-224")) {
    for (let i = 0; i < 10; i++) {
      const key = generateKeyPairSync("ec", { namedCurve: curve.name }).privateKey;
      const { d, x, y } = key.export({ format: "jwk" }) as { d?: string; x?: string; y?: string };
      const point = { x: field(x), y: field(y) };
      assert.ok(isPublicPointOf(curve, field(d), point));
      assert.ok(!isPublicPointOf(curve, field(d) ^ 2n, point));
      assert.deepEqual(publicPoint(curve, field(d)), point);
    }
  }
});

Deno.test("publicPoint() is right at both ends of the range", () => {
  for (const curve of KNOWN_CURVES) {
    assert.deepEqual(publicPoint(curve, 1n), { x: curve.gx, y: curve.gy });
    assert.deepEqual(publicPoint(curve, curve.n - 1n), { x: curve.gx, y: curve.p - curve.gy });
    for (const scalar of [2n, 3n, curve.n - 2n, 1n << 200n]) {
      assert.ok(isOnCurve(curve, publicPoint(curve, scalar)));
    }
  }
});

Deno.test("readPoint() unpacks the compressed form", () => {
  for (const curve of KNOWN_CURVES.filter(({ name }) => name !== "P-224")) {
    const point = publicPoint(curve, 12345n);
    const x = Buffer.from(point.x.toString(16).padStart(2 * curve.size, "0"), "hex");
    const packed = new Uint8Array([2 + Number(point.y & 1n), ...x]);
    assert.deepEqual(readPoint(curve, packed), point);
    packed[0] ^= 1;
    assert.deepEqual(readPoint(curve, packed), { x: point.x, y: curve.p - point.y });
  }
});

Deno.test("mlDsaPublic() makes the keys that BoringSSL makes from the same seed", () => {
  const digest = (name: Parameters<typeof mlDsaPublic>[0]): string =>
    createHash("sha256").update(mlDsaPublic(name, new Uint8Array(32).map((_, i) => i))).digest("hex");
  assert.deepEqual(
    ["ML-DSA-44", "ML-DSA-65", "ML-DSA-87"].map((name) => digest(name as "ML-DSA-44")),
    DIGESTS,
  );
});

/** SHA-256 of the public keys of the seed 00 01 … 1f. Envoy took pairs of these keys. */
const DIGESTS = [
  "9f107644c1084526af3bc8098680b05499a2325a644e388fb4f970e058d19d46",
  "d666806e11cee19a7c989f7445f90dd419cf4d2d51db8c0fdb4c0f0a542238c9",
  "91dc389cfaa01470b7f66eee45a4ae9026d154817c754dfe22298b3fa241ffcd",
];

Deno.test("addressText() and addressBytes() are each other's inverse", () => {
  for (
    const address of ["192.0.2.1", "::", "::1", "2001:db8::1", "1:2:3:4:5:6:7:8", "1::8", "fe80:0:0:1::"]
  ) {
    const bytes = addressBytes(address);
    assert.ok(bytes !== null);
    assert.equal(addressText(bytes), address);
  }
  for (const text of ["256.0.0.1", "1.2.3", "::1::", "1:2:3:4:5:6:7", "12345::", "a.example.com"]) {
    assert.equal(addressBytes(text), null, text);
  }
});
