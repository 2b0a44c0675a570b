import assert from "node:assert/strict";
import { closedAddress } from "../../tests/fakes/closed_address.ts";
import { join } from "node:path";
import { parse } from "yaml";
import { FakeAgent } from "../../tests/fakes/fake_agent.ts";
import { sampleControlPlane } from "../../tests/fakes/control_plane_status.ts";
import { FakeTerminal } from "../../tests/fakes/fake_terminal.ts";
import { sampleStatus } from "../../tests/fakes/gate_status.ts";
import { runCommandLine } from "./command_line.ts";

const mixed = sampleStatus([
  { hostname: "a.test" },
  { hostname: "b.test", cause: "expired" },
  { hostname: "c.test", cause: "key_mismatch", held: true },
]);

async function certgate(...args: string[]) {
  const terminal = new FakeTerminal();
  const code = await runCommandLine(args, terminal);
  return { code, out: terminal.stdout, err: terminal.stderr };
}

Deno.test("status shows every listener in one row, what is the matter below, and the counts at the end", async () => {
  await using agent = new FakeAgent(mixed);
  const { code, out, err } = await certgate("status", "--url", agent.url);
  assert.deepEqual([code, err], [1, ""]);
  const lines = out.split("\n").map((line) => line.trimEnd());
  assert.match(lines[0], /^GATEWAY +LISTENER +HOSTNAME +SECRET +STATE +SINCE$/);
  assert.match(
    lines[1],
    /^default\/eg +https-a +a\.test +default\/a\.test-tls +serving +2030-06-01 10:00:00Z$/,
  );
  assert.match(lines[2], / withheld /);
  assert.match(lines[3], / held /);
  assert.deepEqual(lines.slice(4, 8), [
    "",
    'b.test: listener "https-b", /etc/gateway/gateway.yaml:11:5',
    "  HTTPS for b.test is off. (what was seen)",
    "  hint: renew it; if renewal fails, check that the domain still points here",
  ]);
  assert.equal(lines.at(-2), "2 of 3 hosts serve; converged");
});

Deno.test("status answers 0 where every host is served", async () => {
  await using agent = new FakeAgent(sampleStatus([{ hostname: "a.test" }]));
  const { code, out } = await certgate("status", "--url", agent.url);
  assert.equal(code, 0);
  assert.equal(out.trimEnd().split("\n").length, 4, "a head, a row, a blank, the counts");
});

Deno.test("status tells first of a control plane that needs somebody, and answers 0 where every host is served", async () => {
  await using agent = new FakeAgent(sampleStatus([{ hostname: "a.test" }]));
  assert(typeof agent.body === "object");
  agent.body = { ...agent.body, controlPlane: sampleControlPlane({ nearEnd: true }) };
  const { code, out } = await certgate("status", "--url", agent.url);
  assert.equal(code, 0);
  assert.match(
    out,
    /^control plane \/etc\/envoy-gateway\n {2}The authority of Envoy Gateway ends on 2031-01-01 00:00 UTC\n {2}hint: /,
  );
  agent.body = { ...agent.body, controlPlane: sampleControlPlane() };
  assert(!(await certgate("status", "--url", agent.url)).out.includes("control plane"));
});

Deno.test("status names what is wrong elsewhere, and with --all what is well", async () => {
  await using agent = new FakeAgent({
    ...mixed,
    sources: [{
      source: "/gone",
      up: false,
      pairs: 0,
      errors: {},
      message: "it is not there",
      watching: false,
    }],
    resources: {
      ...mixed.resources,
      findings: [{ place: "/etc/gateway/a.yaml:3:7", message: 'Unknown kind "X"', hint: "leave it out" }],
    },
  });
  const { out } = await certgate("status", "--url", agent.url);
  assert.match(out, /^source \/gone\n {2}it is not there\n {2}hint: /m);
  assert.match(out, /^resource \/etc\/gateway\/a\.yaml:3:7\n {2}Unknown kind "X"\n {2}hint: leave it out$/m);
  assert.doesNotMatch(out, /^ENVOY/m);
  const all = (await certgate("status", "--url", agent.url, "--all")).out;
  assert.match(
    all,
    /^ENVOY +STATE +GATEWAY +VERSION +CERTIFICATES\n127\.0\.0\.1:19000 +LIVE +default\/eg +1\.40\.0/m,
  );
  assert.match(all, /^SECRET +SERVED +LAST ARRIVED +DELIVERY +VALID UNTIL +FROM\n/m);
  assert.match(
    all,
    /^default\/c\.test-tls +held +KeyMismatch +gateway +2030-08-01 12:00:00Z +\/pairs\/c\.test-tls$/m,
  );
  assert.match(all, /^output \/run\/eg\/certgate\.yaml: revision whole-1, written 2030-06-01 12:00:00Z$/m);
});

for (const format of ["json", "yaml"] as const) {
  Deno.test(`status -o ${format} prints the status as it is`, async () => {
    await using agent = new FakeAgent(mixed);
    const { code, out } = await certgate("status", "--url", agent.url, "-o", format);
    assert.equal(code, 1);
    assert.deepEqual(format === "json" ? JSON.parse(out) : parse(out), agent.body);
  });
}

Deno.test("status shows what the hook withholds while the gate is off", async () => {
  await using agent = new FakeAgent(null);
  assert.deepEqual(await certgate("status", "--url", agent.url), {
    code: 0,
    out: "the gate is off; the hook has answered 0 snapshots and withholds 0 hostnames\n",
    err: "",
  });
  const withheld = [{
    hostname: "m.test",
    listener: "default/eg/https",
    secret: "default/m-tls",
    reason: "Unsupported" as const,
    cause: "must_staple",
    message: "The proxy cannot use the certificate for m.test.",
    detail: "no staple",
    by: "hook",
  }];
  agent.body = {
    ...(agent.body as object),
    snapshots: [{ listeners: ["default/eg/https"], answeredAt: "2030-06-01T12:00:00Z", withheld }],
  } as never;
  const { code, out } = await certgate("status", "--url", agent.url);
  assert.equal(code, 1);
  assert.match(out, /^default\/eg\/https +m\.test +default\/m-tls +withheld$/m);
  assert.match(out, /^ {2}The proxy cannot use the certificate for m\.test\. \(no staple\)$/m);
});

Deno.test("status says that certgate is still loading, and does not call the gate off then", async () => {
  await using agent = new FakeAgent(null);
  agent.body = { ...(agent.body as object), ready: false } as never;
  assert.deepEqual(await certgate("status", "--url", agent.url), {
    code: 1,
    out: "",
    err: "note: certgate is still loading, this is not the whole\n",
  });
});

Deno.test("status shows the status file where certgate does not run, and says that it is old", async () => {
  const dir = await Deno.makeTempDir();
  const config = join(dir, "config.yaml");
  await Deno.writeTextFile(config, `stateDir: ${dir}\nhttp: { listen: "${closedAddress()}" }\n`);
  const without = await certgate("status", "-c", config);
  assert.deepEqual([without.code, without.out], [3, ""]);
  assert.match(
    without.err,
    /^error: Cannot ask certgate at "127\.0\.0\.9:\d+": nobody listens there\nhint: .*\n$/,
  );
  await Deno.writeTextFile(join(dir, "status.json"), JSON.stringify(mixed));
  const old = await certgate("status", "-c", config);
  assert.equal(old.code, 3);
  assert.match(
    old.err,
    /note: what follows is OLD: certgate wrote it at 2030-06-01 12:00:00Z and does not answer now/,
  );
  assert.match(old.out, /2 of 3 hosts serve/);
  const { out } = await certgate("status", "-c", config, "-o", "json");
  assert.deepEqual(JSON.parse(out).gate, mixed);
  assert.equal(JSON.parse(out).old, true);
  await Deno.writeTextFile(join(dir, "status.json"), "{");
  assert.match((await certgate("status", "-c", config)).err, /hint: .*the status file ".*" cannot be read/);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("status says that another program answers, and which addresses it takes", async () => {
  await using agent = new FakeAgent(null);
  agent.body = "<h1>It works!</h1>";
  const other = await certgate("status", "--url", agent.url);
  assert.equal(other.code, 3);
  assert.match(
    other.err,
    /^error: Cannot ask certgate at "127\.0\.0\.1:\d+": another program answers there\nhint: /,
  );
  const wrong = await certgate("status", "--url", "https://x/");
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /^error: Cannot ask "https:\/\/x\/": expected http:\/\/host:port/);
});

Deno.test("status shows no trace where another version says something else", async () => {
  await using agent = new FakeAgent({ listeners: [{}] } as never);
  const { code, out, err } = await certgate("status", "--url", agent.url);
  assert.deepEqual([code, out], [3, ""]);
  assert.match(err, /^error: Cannot show what certgate says: .*\nhint: it may be of another version\n$/);
});

Deno.test("status prints no name that can act on the terminal", async () => {
  await using agent = new FakeAgent(sampleStatus([{ hostname: "\x1b[2Ja\u202e.test", cause: "expired" }]));
  for (const format of ["table", "json", "yaml"]) {
    const { out } = await certgate("status", "--url", agent.url, "--all", "-o", format);
    // deno-lint-ignore no-control-regex -- these are what must not be there
    assert.doesNotMatch(out, /\x1b\[2J|\u202e/, format);
  }
});
