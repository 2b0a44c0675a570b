import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { makeSelfSigned } from "../../lib/pki/mod.ts";
import { gatewayText } from "../fakes/gateway_text.ts";
import { TextLineStream } from "../fakes/text_lines.ts";
import { toolPath } from "../setup/tools.ts";
import { ROOT } from "./_pages.ts";

const DAY = 86_400_000;
const CONFIG = "etc/certgate/config.yaml";

/** A host as the docs describe one, below a temporary directory, on which certgate runs. */
export class DocsHost implements AsyncDisposable {
  /** What stands for `/`. */
  readonly root: string;
  /** Where commands are typed. */
  readonly home: string;
  readonly config: string;
  /** Where the agent answers, `127.0.0.1:PORT`. */
  readonly address: string;
  readonly #agent: Deno.ChildProcess;

  private constructor(root: string, address: string, agent: Deno.ChildProcess) {
    this.root = root;
    this.home = join(root, "home");
    this.config = join(root, CONFIG);
    this.address = address;
    this.#agent = agent;
  }

  /** Makes the files and starts the agent. Ends when the agent is ready. */
  static async open(): Promise<DocsHost> {
    const root = await Deno.makeTempDir();
    await makeFiles(root);
    const agent = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", join(ROOT, "main.ts"), "run", "--config", join(root, CONFIG)],
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const address = await addressOf(agent);
    // The port is free for sure because the system chose it; from now on the file says which it is.
    for (const file of [CONFIG, "home/config.yaml"]) writeFileSync(join(root, file), settings(root, address));
    return new DocsHost(root, address, agent);
  }

  /** A command with the paths and the address of this host. The directories of its paths are made. */
  translate(command: string): string {
    return command.replaceAll("127.0.0.1:9794", this.address)
      .replace(PLACE, (_whole, before: string, path: string) => {
        mkdirSync(dirname(join(this.root, path)), { recursive: true });
        return `${before}${this.root}${path}`;
      });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.kill("SIGTERM");
    await this.#agent.status;
    await Deno.remove(this.root, { recursive: true });
  }
}

/** Waits until an agent says that it is ready, and where. What it says later is read and dropped. */
async function addressOf(agent: Deno.ChildProcess): Promise<string> {
  const lines = agent.stderr.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    .getReader();
  const said: string[] = [];
  for (let next = await lines.read(); !next.done; next = await lines.read()) {
    said.push(next.value);
    if (!next.value.includes('"msg":"certgate is ready"')) continue;
    const drop = async () => {
      while (!(await lines.read()).done);
    };
    drop();
    return new URL(JSON.parse(next.value).http).host;
  }
  throw new Error(`The agent ended:\n${said.join("\n")}`);
}

// Absolute paths, also behind `unix://`, but not the path of a URL.
const PLACE = /(^|[\s'"=,>@]|unix:(?:\/\/)?)(\/(?:etc|var|run|usr|srv|tmp|opt|mnt|certs)\/[^\s'",;|)]*)/g;

async function makeFiles(root: string): Promise<void> {
  const write = (path: string, data: string | Uint8Array) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), data, { mode: 0o600 });
  };
  for (const folder of ["home", "bin", "run/certgate", "var/lib/certgate", "var/lib/certgate/gate"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  for (const name of ["example.com", "www.example.com", "old.example.com"]) {
    const [now, days] = name.startsWith("old") ? [Date.now() - 9 * DAY, 1] : [Date.now() - DAY, 90];
    const { certificate, key } = await makeSelfSigned({ names: [name], now, days });
    const places = [[`etc/letsencrypt/live/${name}`, "fullchain.pem", "privkey.pem"], [
      `etc/certgate/certs/${name}`,
      "tls.crt",
      "tls.key",
    ]];
    if (name === "www.example.com") places.push(["home", "tls.crt", "tls.key"]);
    for (const [folder, one, other] of places) {
      write(`${folder}/${one}`, certificate);
      write(`${folder}/${other}`, key.open());
    }
  }
  write(CONFIG, settings(root));
  write("etc/certgate/resources/edge.yaml", RESOURCES);
  const capture = readFileSync(join(ROOT, "tests/fixtures/eg-1.9.0-one-gateway-41-hosts.pb.gz"));
  write("home/snapshot.pb", gunzipSync(capture));
  for (const tool of ["promtool", "envoy"] as const) {
    const path = toolPath(tool);
    if (path !== null) symlinkSync(path, join(root, "bin", tool));
  }
}

const settings = (root: string, address = "127.0.0.1:0") =>
  `hook: { listen: "unix://${root}/run/certgate/hook.sock" }
http: { listen: "${address}" }
stateDir: ${root}/var/lib/certgate
envoy: { path: none, admin: none }
watch: { settle: 0 }
sources:
  - path: ${root}/etc/letsencrypt/live/*
  - { path: "${root}/etc/certgate/certs/*", namespace: edge, delivery: sds }
sds: { listen: "unix://${root}/run/certgate/sds.sock" }
gate:
  resources: ${root}/etc/certgate/resources
  output: ${root}/var/lib/certgate/gate
issuance: { output: "${root}/var/lib/certgate/issued" }
`;

const listener = (name: string) => `
    - name: ${name}
      protocol: HTTPS
      port: 10443
      hostname: ${name}.example.com
      tls: { certificateRefs: [{ name: ${name}.example.com }] }`;

const RESOURCES = gatewayText(`${listener("www")}${listener("old")}`);
