import { Client, credentials } from "@grpc/grpc-js";
import assert from "node:assert/strict";
import { join } from "node:path";
import { HookClient } from "../fakes/hook_client.ts";
import { runIn, type Start } from "./_built.ts";
import { makeEdge, type RunningAgent, startAgent } from "./_edge.ts";

const CAPTURE = new URL("../fixtures/eg-1.9.0-one-gateway-41-hosts.pb.gz", import.meta.url);

/** Runs a build as an agent and uses everything of it that could be missing from a build. */
export async function exercise(root: string, start: Start, listen: string): Promise<void> {
  const { config, swap } = await makeEdge(root, listen);
  const agent = await startAgent(root, start, config);
  try {
    await askHook(agent.hook);
    await askHttp(agent.http);
    const status = await runIn(root, start, ["status", "--url", agent.http, "-o", "json"]);
    // 1: nothing that the Gateway could be delivered to runs here.
    assert.deepEqual([status.code, status.stderr], [1, ""]);
    assert.match(status.stdout, /www\.example\.com/);
    const before = await published(root);
    await swap();
    await withinSeconds(20, agent.line("published to envoy gateway"));
    assert.notEqual(await published(root), before, "the pair that was swapped in is published");
    agent.signal("SIGHUP");
    await withinSeconds(20, agent.line("configuration reloaded"));
  } finally {
    agent.signal("SIGTERM");
  }
  assert.equal(await withinSeconds(30, agent.end()), 0);
  assertQuiet(agent);
}

const published = (root: string) => Deno.readTextFile(join(root, "output/certgate.yaml"));

async function askHook(target: string): Promise<void> {
  const client = new HookClient(target);
  const stream = (await Deno.open(CAPTURE)).readable.pipeThrough(new DecompressionStream("gzip"));
  const request = new Uint8Array(await new Response(stream).arrayBuffer());
  const answer = await client.call("PostTranslateModify", request);
  assert(answer.length > 10_000 && answer.length < request.length, `${answer.length} bytes`);
  // message HealthCheckResponse { ServingStatus status = 1; }, SERVING is 1
  assert.deepEqual([...await client.unary("/grpc.health.v1.Health/Check", new Uint8Array())], [8, 1]);
  client.close();
  for (const version of ["v1", "v1alpha"]) {
    assert.match(await listServices(target, version), /EnvoyGatewayExtension/);
  }
}

/** The answer to `list_services` of gRPC reflection, as it came. */
function listServices(target: string, version: string): Promise<string> {
  const client = new Client(target, credentials.createInsecure());
  const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
  const same = (bytes: Buffer) => bytes;
  return new Promise<string>((resolve, reject) => {
    const call = client.makeBidiStreamRequest(path, same, same);
    call.on("data", (bytes: Buffer) => {
      resolve(bytes.toString("latin1"));
      call.end();
    });
    call.on("error", reject);
    // string list_services = 7
    call.write(Buffer.from([0x3a, 0x00]));
  }).finally(() => client.close());
}

async function askHttp(http: string): Promise<void> {
  const get = async (path: string) => await (await fetch(http + path)).text();
  assert.match(await get("/"), /www\.example\.com/);
  assert.match(await get("/metrics"), /^certgate_build_info\{.*revision="0123456789ab".*\} 1$/m);
  assert.equal(JSON.parse(await get("/v1/status")).ready, true);
}

/** A permission that is missing shows as a line of the log, or as words of the runtime between them. */
function assertQuiet({ said }: RunningAgent): void {
  const known = /"msg":"(pruned invalid TLS chains|listener certificate unhealthy)"/;
  const loud = said.filter((line) => !/^\{.*"level":"info"/.test(line) && !known.test(line));
  assert.deepEqual(loud, []);
}

async function withinSeconds<T>(seconds: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing happened within ${seconds} s`)), seconds * 1000);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
