import { fixedPortsFree, GatewayLock } from "../e2e/harness/lock.ts";
import { freePort } from "../e2e/harness/ports.ts";
import { Program } from "../e2e/harness/process.ts";
import { until } from "../e2e/harness/wait.ts";

/**
 * What Envoy Gateway does with a file: it takes it, refuses it with these words, takes it and cannot let go of it when
 * it is removed, or ends with a panic.
 */
export type Answer =
  | { readonly answer: "loads" }
  | { readonly answer: "sticks"; readonly words: string }
  | { readonly answer: "refuses"; readonly words: string }
  | { readonly answer: "crashes"; readonly words: string };

/** The groups of extension kinds that this Envoy Gateway is told about. */
export const EXTENSION_KIND = { group: "certgate.dev", version: "v1alpha1", kind: "CertState" };

/**
 * The real Envoy Gateway's file loader, asked about one file at a time: the file is moved into the directory that it
 * watches, and its log says what it thinks.
 */
export class Loader {
  readonly #binary: string;
  readonly #directory: string;
  readonly #lock: GatewayLock;
  #program: Program | null = null;
  #starts = 0;

  private constructor(binary: string, directory: string, lock: GatewayLock) {
    this.#binary = binary;
    this.#directory = directory;
    this.#lock = lock;
  }

  /** Takes the lock of the machine; the program starts with the first question. */
  static async open(binary: string): Promise<Loader> {
    const lock = await GatewayLock.take();
    const directory = await Deno.makeTempDir({ prefix: "certgate-loader-" });
    const certgen = new Program(binary, {
      args: ["certgen", "--local", "--config-home", `${directory}/config`],
      log: `${directory}/certgen.log`,
    });
    if (await certgen.exitCode() !== 0) {
      throw new Error(`Cannot make certificates: ${await certgen.output()}`);
    }
    return new Loader(binary, directory, lock);
  }

  /** Puts one file before Envoy Gateway and waits for what it says. */
  async ask(text: string, name = "file.yaml"): Promise<Answer> {
    const program = await this.#running();
    const before = await sizeOf(program);
    await this.#put(name, text);
    const answer = await this.#answer(program, before, "CREATE");
    if (answer.answer === "crashes") {
      this.#program = null;
      await Deno.remove(`${this.#directory}/resources`, { recursive: true });
      return answer;
    }
    const after = await sizeOf(program);
    await Deno.remove(`${this.#directory}/resources/${name}`);
    const removal = await this.#answer(program, after, "REMOVE");
    if (removal.answer === "loads") return answer;
    // Whatever it cannot let go of would be in every later answer.
    await program.stop();
    this.#program = null;
    return answer.answer === "loads" && "words" in removal
      ? { answer: "sticks", words: removal.words }
      : answer;
  }

  async close(): Promise<void> {
    await this.#program?.stop();
    await Deno.remove(this.#directory, { recursive: true });
    await this.#lock.release();
  }

  async #put(name: string, text: string): Promise<void> {
    const hidden = `${this.#directory}/resources/.file`;
    await Deno.writeTextFile(hidden, text);
    await Deno.rename(hidden, `${this.#directory}/resources/${name}`);
  }

  async #answer(program: Program, from: number, event: "CREATE" | "REMOVE"): Promise<Answer> {
    const { value } = await until(
      "Envoy Gateway has an opinion of the file",
      async (): Promise<Answer | undefined> => {
        const ended = !program.running;
        const all = await outputFrom(program, from);
        // Something may still be said about the question before.
        const begin = all.indexOf(`"op": "${event}"`);
        const text = begin < 0 ? "" : all.slice(begin);
        const refusal = /(?:error when reload resources|failed to reload resources initially)\t(\{.*\})/.exec(
          text,
        );
        if (refusal !== null) return { answer: "refuses", words: JSON.parse(refusal[1]).error };
        // What could not be stored is said after "finished", and before the reconciliation that this began has ended.
        if (text.includes("reload resources finished") && text.includes("reconcile finished")) {
          return {
            answer: "loads",
          };
        }
        if (ended) return { answer: "crashes", words: /^panic: .*/m.exec(all)?.[0] ?? all.slice(-500) };
      },
      { within: 30_000, every: 5 },
    );
    return value;
  }

  async #running(): Promise<Program> {
    if (this.#program !== null) return this.#program;
    await fixedPortsFree();
    const home = (name: string) => `${this.#directory}/${name}`;
    await Deno.mkdir(home("resources"), { recursive: true });
    await Deno.writeTextFile(home("envoy-gateway.yaml"), JSON.stringify(configuration(home)));
    const program = new Program(this.#binary, {
      args: ["server", "--config-path", home("envoy-gateway.yaml")],
      log: home(`envoy-gateway-${++this.#starts}.log`),
    });
    await until("Envoy Gateway watches the directory", async () => {
      return (await program.output()).includes("Watching path added") || undefined;
    }, { within: 60_000, every: 50 });
    return this.#program = program;
  }
}

/** How many bytes a program has written. */
async function sizeOf({ options }: Program): Promise<number> {
  return (await Deno.stat(options.log)).size;
}

/** What a program has written behind so many bytes: all of it at every look would be most of the work. */
async function outputFrom({ options }: Program, bytes: number): Promise<string> {
  const file = await Deno.open(options.log);
  await file.seek(bytes, Deno.SeekMode.Start);
  return await new Response(file.readable).text();
}

function configuration(home: (name: string) => string): Record<string, unknown> {
  return {
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind: "EnvoyGateway",
    gateway: { controllerName: "gateway.envoyproxy.io/gatewayclass-controller" },
    provider: {
      type: "Custom",
      custom: {
        resource: { type: "File", file: { paths: [home("resources")] } },
        infrastructure: {
          type: "Host",
          host: {
            configHome: home("config"),
            dataHome: home("data"),
            stateHome: home("state"),
            runtimeDir: home("run"),
          },
        },
      },
    },
    admin: { address: { host: "127.0.0.1", port: freePort() } },
    telemetry: { metrics: { prometheus: { disable: true } } },
    extensionApis: { enableBackend: true, enableEnvoyPatchPolicy: true },
    extensionManager: {
      hooks: { xdsTranslator: { post: ["Translation"] } },
      policyResources: [EXTENSION_KIND],
      service: { unix: { path: home("hook.sock") } },
    },
  };
}
