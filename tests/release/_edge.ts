import { join } from "node:path";
import { gatewayText } from "../fakes/gateway_text.ts";
import { makePairFiles, swapVolume } from "../fakes/pair_files.ts";
import { TextLineStream } from "../fakes/text_lines.ts";
import type { Start } from "./_built.ts";

const RESOURCES = gatewayText(`
    - name: www
      hostname: www.example.com
      port: 443
      protocol: HTTPS
      tls: { certificateRefs: [{ name: www }] }`);

// Looking alone would find nothing in the time of a test: what is seen is seen by the thread that watches.
const settings = (root: string, hook: string) =>
  `hook: { listen: "${hook}" }
http: { listen: "127.0.0.1:0" }
stateDir: ${root}/state
envoy: { path: none, admin: none }
watch: { pollInterval: 600000 }
sources: [{ path: "${root}/pairs/*" }]
gate: { resources: ${root}/resources, output: ${root}/output }
`;

/** A directory with a volume, resources and a configuration, for a build of certgate that is started in it. */
export async function makeEdge(
  root: string,
  hook: string,
): Promise<{ config: string; swap(): Promise<void> }> {
  for (const name of ["pairs/www", "resources", "output"]) {
    await Deno.mkdir(join(root, name), { recursive: true });
  }
  let round = 0;
  const swap = async () =>
    swapVolume(join(root, "pairs/www"), await makePairFiles("www.example.com"), round++);
  await swap();
  await Deno.writeTextFile(join(root, "resources/edge.yaml"), RESOURCES);
  const config = join(root, "config.yaml");
  await Deno.writeTextFile(config, settings(root, hook));
  return { config, swap };
}

/** A running agent. */
export interface RunningAgent {
  /** `http://127.0.0.1:PORT`. */
  readonly http: string;
  /** As a gRPC target. */
  readonly hook: string;
  /** Everything it has said so far. */
  readonly said: readonly string[];
  signal(signal: Deno.Signal): void;
  /** Waits for the next line of the log with this sentence. */
  line(sentence: string): Promise<Record<string, unknown>>;
  end(): Promise<number>;
}

/** Starts an agent and waits until it is ready. */
export async function startAgent(root: string, start: Start, config: string): Promise<RunningAgent> {
  const [program, ...first] = start;
  const child = new Deno.Command(program, {
    args: [...first, "run", "--config", config],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const lines = child.stderr.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    .getReader();
  const said: string[] = [];
  const line = async (sentence: string) => {
    for (let next = await lines.read(); !next.done; next = await lines.read()) {
      said.push(next.value);
      if (next.value.includes(`"msg":${JSON.stringify(sentence)}`)) return JSON.parse(next.value);
    }
    throw new Error(`The agent ended without "${sentence}":\n${said.join("\n")}`);
  };
  const { http, hook } = await line("certgate is ready");
  return {
    http,
    hook,
    said,
    line,
    signal: (signal) => child.kill(signal),
    async end() {
      for (let next = await lines.read(); !next.done; next = await lines.read()) said.push(next.value);
      return (await child.status).code;
    },
  };
}
