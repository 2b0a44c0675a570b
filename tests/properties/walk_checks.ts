/** What has to hold whenever the agent has come to rest. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { parseAllDocuments } from "yaml";
import type { GateStatus } from "../../lib/model/mod.ts";
import type { WalkHost } from "./walk_host.ts";
import { base64, type Expected, FILES, HOSTS, type Model } from "./walk_model.ts";

interface Published {
  /** `namespace/gateway/listener` with the Secrets that it names. */
  readonly listeners: ReadonlyMap<string, readonly string[]>;
  /** Secret → certificate and key in base64. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** Reads a publication as Envoy Gateway would. */
export function readPublished(text: string): Published {
  const listeners = new Map<string, string[]>(), secrets = new Map<string, string>();
  for (const document of parseAllDocuments(text)) {
    assert("errors" in document && document.errors.length === 0, "the file cannot be read");
    const { kind, metadata, spec, data } = document.toJS();
    if (kind === "Secret") secrets.set(metadata.name, `${data["tls.crt"]} ${data["tls.key"]}`);
    if (kind !== "Gateway") continue;
    assert(spec.listeners.length > 0, "a Gateway without listeners");
    for (const { name, tls } of spec.listeners) {
      const refs = tls.certificateRefs.map(({ name }: { name: string }) => name);
      listeners.set(`${metadata.namespace}/${metadata.name}/${name}`, refs);
    }
  }
  return { listeners, secrets };
}

const publishedName = (listener: string): string => {
  const [kind, owner, name] = listener.split(" ");
  return kind === "Gateway" ? `${owner}/${name}` : `edge/shop/${name}.extra.edge`;
};

/** How the status differs from what should come; empty if it does not. */
export function difference(status: GateStatus, model: Model, expected: Expected): string {
  const words: string[] = [];
  const shown = new Map(
    status.listeners.map((
      one,
    ) => [`${one.owner.kind} ${one.owner.namespace}/${one.owner.name} ${one.name}`, one]),
  );
  for (const key of shown.keys()) if (!expected.listeners.has(key)) words.push(`${key} should not be there`);
  for (const [key, published] of expected.listeners) {
    const listener = shown.get(key);
    if (!listener) words.push(`${key} is missing`);
    else if ((listener.published !== null) !== published) {
      words.push(`${key} should be ${published ? "published" : "withheld"}: ${listener.detail}`);
    }
  }
  for (const host of HOSTS) {
    const pair = status.pairs.find(({ name }) => name === host);
    const made = expected.served.get(host);
    const wanted = made?.facts.certificates[0].fingerprint;
    const found = pair?.served?.fingerprint;
    if (wanted !== found) words.push(`${host} serves ${found}, should ${wanted} ${made?.label}`);
    const reason = expected.reasons.get(host);
    if (reason !== undefined && pair?.verdict.reason !== reason) {
      words.push(`${host} is ${pair?.verdict.reason}, should ${reason}`);
    }
    const current = model.present(host)?.facts.certificates[0]?.fingerprint;
    if (current !== pair?.current?.fingerprint) words.push(`${host} has ${pair?.current?.fingerprint}`);
  }
  for (const { source, up } of status.sources) {
    const name = source.split("/").at(-2)!;
    if (up !== (model.sources.get(name) !== "away")) words.push(`source ${name} is up: ${up}`);
  }
  for (const file of Object.keys(FILES)) {
    const broken = model.directory === "there" && model.files.get(file) === "broken";
    const complained = status.resources.findings.some(({ place }) => place.includes(`/${file}:`));
    if (broken && !complained) words.push(`${file} is not complained of`);
  }
  return words.join("; ");
}

/** Every publication since is one of before or of after, host by host. */
export function checkPublications(texts: readonly string[], before: Expected, after: Expected): void {
  for (const text of texts) {
    const { listeners, secrets } = readPublished(text);
    for (const key of new Set([...before.listeners.keys(), ...after.listeners.keys()])) {
      const allowed = [before, after].map((one) => one.listeners.get(key) ?? false);
      const published = listeners.has(publishedName(key));
      assert(allowed.includes(published), `${key} was ${published ? "published" : "left out"} on the way`);
      for (const ref of listeners.get(publishedName(key)) ?? []) {
        const bytes = [before, after].flatMap((one) => {
          const made = one.served.get(ref);
          return made ? [`${base64(made.certificate)} ${base64(made.key)}`] : [];
        });
        assert(bytes.includes(secrets.get(ref) ?? "none"), `${key} has had another pair on the way`);
      }
    }
  }
}

/** What is published, what is shown, what is counted and what was said are one. */
export async function checkOneTruth(host: WalkHost, model: Model, expected: Expected): Promise<void> {
  const [status, metrics, text] = [
    await host.status(),
    await host.get("/metrics"),
    host.publications.at(-1)!.text,
  ];
  const { listeners, secrets } = readPublished(text);
  const dark = [...expected.listeners].filter(([, published]) => !published).map(([key]) => key).sort();
  const lit = [...expected.listeners].filter(([, published]) => published).map(([key]) => publishedName(key))
    .sort();
  assert.deepEqual([...listeners.keys()].sort(), lit, "the file");
  const inStatus = status.listeners.flatMap(({ published }) =>
    published ? [`${published.namespace}/${published.name}/${published.listener}`] : []
  );
  assert.deepEqual(inStatus.sort(), lit, "the status");
  const rows = [...metrics.matchAll(/^certgate_gateway_listener_cert_withheld\{(.*)\} 1$/gm)].map((
    [, labels],
  ) => /listener="(.*?)"/.exec(labels)![1]);
  assert.deepEqual(rows.sort(), dark.map((key) => key.split(" ")[2]).sort(), "the metric");
  const said = new Map<string, boolean>();
  for (const { sentence, fields } of host.log.lines) {
    if (sentence === "listener certificate unhealthy") said.set(String(fields.listener), true);
    if (sentence === "listener certificate usable again") said.set(String(fields.listener), false);
  }
  for (const [key, published] of expected.listeners) {
    const name = key.split(" ").slice(1).join("/");
    assert.equal(said.get(name) ?? false, !published, `the last word of the log on ${name}`);
  }
  for (const [listener, refs] of listeners) {
    for (const ref of refs) {
      const made = expected.served.get(ref);
      assert(made && model.usable(ref, made, host.now()), `${listener} serves ${ref}`);
      assert.equal(secrets.get(ref), `${base64(made.certificate)} ${base64(made.key)}`);
    }
  }
}

/** No key is where none belongs. */
export async function checkKeys(host: WalkHost): Promise<void> {
  const places = {
    status: await host.get("/v1/status"),
    metrics: await host.get("/metrics"),
    log: JSON.stringify(host.log.lines),
    statusFile: await Deno.readTextFile(host.at("state/status.json")).catch(() => ""),
    conditions: await Deno.readTextFile(host.at("state/conditions.json")).catch(() => ""),
  };
  const secrets = [...host.keys, "PRIVATE KEY", Buffer.from("-----BEGIN PRIVATE").toString("base64")];
  for (const [place, text] of Object.entries(places)) {
    assert(!secrets.some((secret) => text.includes(secret)), `a private key in ${place}`);
  }
}

/** Transition times move only with the status. */
export class Times {
  #known = new Map<string, { status: string; time: string }>();

  check({ listeners, gateways, hostnames }: GateStatus): void {
    const next = new Map<string, { status: string; time: string }>();
    const subjects = [
      ...listeners.map((one) => [`${one.owner.kind} ${one.owner.name} ${one.name}`, one.conditions] as const),
      ...gateways.map((one) => [`gateway ${one.name}`, one.conditions] as const),
      ...hostnames.map((one) => [`hostname ${one.gateway.name} ${one.hostname}`, one.conditions] as const),
    ];
    for (const [subject, conditions] of subjects) {
      for (const { type, status, lastTransitionTime: time } of conditions) {
        const key = `${subject} ${type}`;
        const before = this.#known.get(key);
        if (before?.status === status) assert.equal(time, before.time, `the transition time of ${key}`);
        next.set(key, { status, time });
      }
    }
    this.#known = next;
  }
}
