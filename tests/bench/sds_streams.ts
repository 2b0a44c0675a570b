/**
 * What an open stream of SDS costs, in memory of the server, and how long all of them take to get theirs:
 *
 *     deno run -A tests/bench/sds_streams.ts [STREAMS ...]
 *
 * A server and a client are processes of their own. "Renewed" is the same after every pair was replaced once.
 *
 * @module
 */
import { join } from "node:path";
import { TextLineStream } from "../fakes/text_lines.ts";
import { V8_FLAGS } from "./_server.ts";

interface Told {
  readonly accepted: number;
  readonly resident: number;
}

const PATIENCE = 120_000;
/** Reports of the server, 200 ms each, in which nothing happens any more. */
const CALM = 10;

const script = (name: string) => new URL(name, import.meta.url).pathname;

function start(name: string, args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", V8_FLAGS, script(name), ...args],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

async function measure(streams: number): Promise<void> {
  const folder = await Deno.makeTempDir();
  const socket = join(folder, "sds.sock");
  const server = start("_sds_server.ts", [socket, String(streams)]);
  const lines = server.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    .getReader();
  const late = setTimeout(() => server.kill("SIGKILL"), PATIENCE);
  let client: Deno.ChildProcess | undefined;
  try {
    await lines.read();
    const before = await calm(lines, 0);
    client = start("_sds_client.ts", [socket, String(streams)]);
    let began = performance.now();
    const open = await calm(lines, streams, () => say("all served", began));
    server.kill("SIGUSR2");
    began = performance.now();
    const renewed = await calm(lines, 2 * streams, () => say("all renewed", began));
    const each = ({ resident }: Told) => ((resident - before.resident) / streams).toFixed(1);
    console.log(`${streams} streams: ${each(open)} KB each, renewed ${each(renewed)} KB each`);
  } finally {
    clearTimeout(late);
    client?.kill("SIGKILL");
    server.kill("SIGKILL");
    await Promise.all([client?.status, client?.stdout.cancel(), server.status, lines.cancel()]);
    await Deno.remove(folder, { recursive: true });
  }
}

function say(what: string, began: number): void {
  console.log(`  ${what} after ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

/** What the server says once so many secrets are taken and nothing happens any more. */
async function calm(
  lines: ReadableStreamDefaultReader<string>,
  accepted: number,
  reached = () => {},
): Promise<Told> {
  for (let still = 0, done = false;;) {
    const { value } = await lines.read();
    if (value === undefined) throw new Error("the server has ended");
    const told = JSON.parse(value) as Told;
    if (told.accepted < accepted) continue;
    if (!done) reached();
    done = true;
    if (++still > CALM) return told;
  }
}

const wanted = Deno.args.map(Number);
for (const streams of wanted.length > 0 ? wanted : [3000, 10_000]) await measure(streams);
