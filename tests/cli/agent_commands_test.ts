import assert from "node:assert/strict";
import { closedAddress } from "../fakes/closed_address.ts";
import { Buffer } from "node:buffer";
import { createServer } from "node:tls";
import { makeSelfSigned, readFacts } from "../../lib/pki/mod.ts";
import { FakeAgent } from "../fakes/fake_agent.ts";
import { sampleStatus } from "../fakes/gate_status.ts";
import { command, startCommand } from "./_command.ts";

const good = sampleStatus([{ hostname: "a.test" }]);
const bad = sampleStatus([{ hostname: "a.test", cause: "expired" }]);
const late = sampleStatus([{ hostname: "a.test", delivery: "waiting" }]);

Deno.test("status as a process answers 0, 1 and 3, and gives nothing but the status to standard output", async () => {
  await using agent = new FakeAgent(good);
  const well = await command("status", "--url", agent.url, "-o", "json");
  assert.deepEqual([well.code, well.stderr, JSON.parse(well.stdout).gate], [0, "", good]);
  agent.show(bad);
  assert.equal((await command("status", "--url", agent.url)).code, 1);
  const gone = await command("status", "--url", `http://${closedAddress()}`);
  assert.deepEqual([gone.code, gone.stdout], [3, ""]);
  assert.match(
    gone.stderr,
    /^error: Cannot ask certgate at .*: nobody listens there\nhint: check the address\n$/,
  );
});

Deno.test("status does not go through the proxy of the environment", async () => {
  await using agent = new FakeAgent(good);
  const nobody = `http://${closedAddress()}`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("../../main.ts", import.meta.url).pathname, "status", "--url", agent.url],
    env: { HTTP_PROXY: nobody, http_proxy: nobody, NO_PROXY: "", no_proxy: "" },
  });
  assert.equal((await child.output()).code, 0);
});

Deno.test("status --watch prints again on change only, outlives the agent, and ends with 0 on Ctrl-C", async () => {
  const agent = new FakeAgent(good);
  const watching = startCommand("status", "--watch", "--url", agent.url);
  await watching.line(/^1 of 1 host serves; converged$/);
  agent.show({ ...good, time: "2030-06-01T12:00:09Z" });
  await agent.askedAgain(2);
  agent.show(bad);
  await watching.line(/^0 of 1 host serves; converged$/);
  const { port } = agent;
  await agent[Symbol.asyncDispose]();
  await using again = new FakeAgent(good, { port });
  await watching.line(/^1 of 1 host serves; converged$/);
  assert(again.asked > 0);
  watching.signal("SIGINT");
  const { code, stdout } = await watching.end();
  assert.equal(code, 0);
  const summaries = stdout.split("\n").filter((line) => line.includes("converged"));
  assert(summaries.length === 3, "a status that only has another time is not printed again");
});

Deno.test("wait ends when it holds", async () => {
  await using agent = new FakeAgent(late);
  const waiting = command("wait", "--for", "programmed=a.test", "--url", agent.url);
  await agent.askedAgain(2);
  agent.show(good);
  assert.deepEqual(await waiting, { code: 0, stdout: "", stderr: "" });
});

Deno.test("wait waits for an agent that does not answer yet", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const waiting = command(
    "wait",
    "--for",
    "converged",
    "--timeout",
    "30s",
    "--url",
    `http://127.0.0.1:${port}`,
  );
  // Whoever is asked first hangs up, then nobody listens, then the agent is there.
  (await listener.accept()).close();
  listener.close();
  await using agent = new FakeAgent(good, { port });
  assert.equal((await waiting).code, 0);
  assert(agent.asked > 0);
});

Deno.test("wait says at the timeout what is missing, and answers 1", async () => {
  await using agent = new FakeAgent(late);
  const { code, stderr } = await command(
    "wait",
    "--for",
    "converged",
    "--timeout",
    "1ms",
    "--url",
    agent.url,
  );
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^error: "converged" does not hold after 0\.001 s: 1 of 1 Gateways are not there yet \(default\/eg\); .*\nhint: /,
  );
});

Deno.test("wait answers 2 for what it does not know", async () => {
  for (
    const args of [["--for", "ready"], [], ["--for", "converged", "--timeout", "30"], ["--for", "withheld="]]
  ) {
    const { code, stderr } = await command("wait", ...args);
    assert.equal(code, 2, args.join(" "));
    assert.match(stderr, /^error: /);
  }
});

Deno.test("explain makes a real handshake with the port of the listener", async () => {
  const now = Date.now();
  const [shown, other] = [
    await makeSelfSigned({ names: ["a.test"], now, days: 9 }),
    await makeSelfSigned({ names: ["a.test"], now, days: 8 }),
  ];
  const server = createServer({
    cert: new TextDecoder().decode(shown.certificate),
    key: Buffer.from(shown.key.open()),
  });
  server.on("secureConnection", (socket) => socket.on("error", () => {}));
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as { port: number };
  try {
    for (const [pair, code, mark] of [[shown, 0, "ok"], [other, 1, "failed"]] as const) {
      const { serial } = readFacts(pair).certificates[0];
      await using agent = new FakeAgent(sampleStatus([{ hostname: "a.test", port, serial }]));
      const told = await command("explain", "a.test", "-o", "json", "--url", agent.url);
      assert.equal(told.code, code, told.stderr);
      const { served, chains: [chain] } = JSON.parse(told.stdout);
      assert.equal(served, code === 0);
      const handshake = chain.steps.at(-1);
      assert.deepEqual([handshake.name, handshake.mark], ["handshake", mark]);
      assert.match(
        handshake.evidence[0],
        new RegExp(`serial ${readFacts(shown).certificates[0].serial} for a\\.test`),
      );
    }
  } finally {
    await new Promise((closed) => server.close(closed));
  }
});
