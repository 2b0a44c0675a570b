import assert from "node:assert/strict";
import { KeyMaterial, type SdsCluster, type Step } from "../model/mod.ts";
import { field, join, textField } from "./_encode.ts";
import { applyPlan } from "./apply_plan.ts";
import { readSnapshot } from "./snapshot.ts";

const text = (value: string) => new TextEncoder().encode(value);
const throwaways = { pair: { certificate: text("T"), key: new KeyMaterial(text("K")) }, trust: text("C") };
const ROOT = "type.googleapis.com/envoy.extensions.transport_sockets.";
const UP = ROOT + "tls.v3.UpstreamTlsContext";
const DOWN = ROOT + "tls.v3.DownstreamTlsContext";
const QUIC = ROOT + "quic.v3.QuicDownstreamTransport";
const UNKNOWN = field(90, text("kept"));
const any = (type: string, ...value: Uint8Array[]) =>
  field(3, textField(1, type), field(2, ...value), UNKNOWN);
const ads = (name: string) => [textField(1, name), field(2, field(3))];
const at = { listener: 0, listenerName: "", chainName: "", blame: [] };

/**
 * Envoy keys a secret by its name and these bytes. Whoever changes them makes every Envoy ask for everything anew, in
 * the middle of the day: that is a decision, and none of a tidying hand.
 */
const SOURCE = Buffer.from(
  // ads would be 12021a00; this is api_config_source with a cluster, waits of 0.1 and 1 second, and version 3 twice.
  `122b12270803221f0a1d0a0c${Buffer.from("certgate_sds").toString("hex")}` +
    "1a0d0a0b0a051080c2d72f12020801380140023002",
  "hex",
);
const asked = (name: string) => [textField(1, name), SOURCE];

function apply(request: Uint8Array, ...steps: Step[]): Buffer {
  const pairOf = (name: string) =>
    name === "a" ? { certificate: text("REAL"), key: new KeyMaterial(text("KEY")) } : null;
  return applyPlan(readSnapshot(request), { steps }, { throwaways, pairOf }) as Buffer;
}

Deno.test("applyPlan() asks certgate for one certificate of a chain, and keeps all else of it", () => {
  const chain = (...references: Uint8Array[][]) =>
    field(
      25,
      UNKNOWN,
      field(6, UNKNOWN, any(DOWN, UNKNOWN, field(1, ...references.map((one) => field(6, ...one)), UNKNOWN))),
    );
  const answer = apply(field(4, UNKNOWN, chain(ads("a"), ads("b")), UNKNOWN), {
    kind: "ask_sds",
    ...at,
    chain: "default",
    part: 1,
    name: "other/b",
  });
  assert.equal(
    answer.toString("hex"),
    Buffer.from(field(3, UNKNOWN, chain(ads("a"), asked("other/b")), UNKNOWN)).toString("hex"),
  );
});

Deno.test("applyPlan() asks certgate for a client CA, alone and combined, over QUIC as over TCP", () => {
  const alone = (reference: Uint8Array[]) =>
    field(3, field(6, any(DOWN, field(1, UNKNOWN, field(7, ...reference)))));
  const combined = (reference: Uint8Array[]) =>
    field(
      3,
      field(6, any(QUIC, field(1, field(1, field(8, field(1, UNKNOWN), field(2, ...reference)), UNKNOWN)))),
    );
  for (const chain of [alone, combined]) {
    const answer = apply(field(4, chain(ads("a"))), {
      kind: "ask_sds",
      ...at,
      chain: 0,
      part: "trust",
      name: "trust/a",
    });
    assert.deepEqual(answer, Buffer.from(field(3, chain(asked("trust/a")))));
  }
});

Deno.test("applyPlan() makes one reference of a client CA that comes in parts", () => {
  const parts = [field(7, textField(1, "a")), field(7, field(2, field(3)))];
  const request = field(4, field(3, field(6, any(DOWN, field(1, ...parts)))));
  const answer = apply(request, { kind: "ask_sds", ...at, chain: 0, part: "trust", name: "trust/a" });
  assert.deepEqual(
    answer,
    Buffer.from(field(3, field(3, field(6, any(DOWN, field(1, field(7, ...asked("trust/a")))))))),
  );
});

Deno.test("applyPlan() asks certgate in every transport socket of a cluster", () => {
  const socket = (pair: Uint8Array[], trust: Uint8Array[]) =>
    any(UP, field(1, field(6, ...pair), field(8, field(2, ...trust))));
  const cluster = (
    match: Uint8Array,
    own: Uint8Array,
  ) => [textField(1, "c"), field(43, textField(1, "m"), field(3, match)), field(24, own)];
  const before = socket(ads("a"), ads("ca"));
  const place = { kind: "ask_sds_upstream", cluster: 0, clusterName: "c" } as const;
  const answer = apply(
    field(2, ...cluster(before, before)),
    { ...place, place: { context: 0, part: 0 }, name: "a" },
    { ...place, place: { context: "socket", part: "trust" }, name: "trust/ca" },
  );
  const after = cluster(socket(asked("a"), ads("ca")), socket(ads("a"), asked("trust/ca")));
  assert.deepEqual(answer, Buffer.from(field(1, ...after)));
});

Deno.test("applyPlan() gives a chain other protocols in place of its own", () => {
  const chain = (...protocols: string[]) =>
    field(
      3,
      field(
        6,
        any(
          DOWN,
          field(
            1,
            UNKNOWN,
            ...protocols.map((one) => textField(4, one)),
            field(6, ...ads("a")),
          ),
        ),
      ),
    );
  const answer = apply(field(4, chain("http/1.1")), {
    kind: "set_alpn",
    ...at,
    chain: 0,
    protocols: ["h2", "http/1.1"],
  });
  assert.deepEqual(answer, Buffer.from(field(3, chain("h2", "http/1.1"))));
});

Deno.test("applyPlan() delivers a secret by leaving it out, and fills another with its pair", () => {
  const secret = (list: number, name: string, certificate: string, key: string) =>
    field(
      list,
      textField(1, name),
      field(2, field(1, field(2, text(certificate))), field(2, field(2, text(key)))),
    );
  const request = join(["d", "a", "gone"].map((name) => secret(3, name, "PLACEHOLDER", "P")));
  const answer = apply(
    request,
    { kind: "deliver_secret", secret: 0, name: "d" },
    { kind: "fill_secret", secret: 1, name: "a" },
    { kind: "fill_secret", secret: 2, name: "gone" },
  );
  assert.deepEqual(answer, Buffer.from(join([secret(2, "a", "REAL", "KEY"), secret(2, "gone", "T", "K")])));
});

Deno.test("applyPlan() adds the cluster behind all others, and where there is none", () => {
  const leadsTo: SdsCluster = { kind: "unix", path: "/run/certgate/sds.sock" };
  const cluster = field(2, textField(1, "c"), UNKNOWN);
  for (const request of [join([cluster, field(4, textField(1, "l"))]), field(4, textField(1, "l"))]) {
    const answer = apply(request, { kind: "add_cluster", leadsTo });
    const again = readSnapshot(
      Buffer.concat([Buffer.from(answer)]).map((byte, at) => isTag(answer, at) ? byte + 8 : byte),
    );
    assert.equal(again.clusters.at(-1)?.name, "certgate_sds");
    assert.equal(again.clusterPipe(again.clusters.length - 1), leadsTo.path);
    assert.equal(again.count("listeners"), 1);
  }
});

function isTag(answer: Uint8Array, wanted: number): boolean {
  for (let at = 0; at <= wanted;) {
    if (at === wanted) return true;
    let length = 0;
    for (let shift = 0;; shift += 7) {
      const byte = answer[++at];
      length += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    at += 1 + length;
  }
  return false;
}
