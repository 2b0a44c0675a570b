import { fileURLToPath } from "node:url";
import { Certgate } from "./certgate.ts";
import { Program } from "./process.ts";

const SYSTEMCTL = fileURLToPath(new URL("../fakes/systemctl.ts", import.meta.url));
const INSTALL = fileURLToPath(new URL("../../../install.sh", import.meta.url));

/** What the installer wrote, and how it ended. */
export interface Installed {
  readonly code: number;
  readonly output: string;
}

/**
 * A host in a directory: the installer's places, and a systemd with one unit, which it really starts and stops. The unit is
 * a child of the test, so it ends with it.
 */
export class FakeHost {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #unit: Program | null = null;
  /** What systemctl was asked to do, questions left out. */
  readonly asked: string[] = [];

  /**
   * @param root Where everything is installed; `DESTDIR` of the installer.
   * @param http Address of certgate's HTTP server, as in its configuration.
   * @param environment What a drop-in of the unit sets.
   */
  private constructor(
    readonly root: string,
    readonly http: string,
    readonly environment: Readonly<Record<string, string>>,
  ) {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
      const { code, text } = await this.#systemctl(await request.json());
      return new Response(text, { headers: { "x-exit-code": String(code) } });
    });
  }

  /** Makes the directory with everything that the installer asks a host for. */
  static async make(
    root: string,
    http: string,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<FakeHost> {
    const host = new FakeHost(root, http, environment);
    for (
      const path of [host.state, `${root}/etc/certgate`, `${root}/run/systemd/system`, `${root}/commands`]
    ) {
      await Deno.mkdir(path, { recursive: true });
    }
    const address = `http://127.0.0.1:${host.#server.addr.port}/`;
    const commands = {
      systemctl: `exec '${Deno.execPath()}' run -A --quiet --no-config '${SYSTEMCTL}' ${address} "$@"`,
      getent: `echo "$2:x:990:certgate"`,
      chown: "exit 0",
      // Nothing here needs root.
      id: "echo 0",
    };
    for (const [name, body] of Object.entries(commands)) {
      await Deno.writeTextFile(`${root}/commands/${name}`, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    }
    return host;
  }

  /** Where the unit is started, and where its state is. */
  get state(): string {
    return `${this.root}/var/lib/certgate`;
  }

  /** Path of the configuration. */
  get config(): string {
    return `${this.root}/etc/certgate/config.yaml`;
  }

  /** Runs the installer of this checkout. */
  async install(...args: string[]): Promise<Installed> {
    return await this.run(INSTALL, ...args);
  }

  /** Runs a shell script on the host. */
  async run(script: string, ...args: string[]): Promise<Installed> {
    const commands = `${this.root}/commands`;
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: [script, ...args],
      env: {
        DESTDIR: this.root,
        CERTGATE_HOST_COMMANDS: commands,
        PATH: `${commands}:${Deno.env.get("PATH")}`,
        TMPDIR: `${this.root}/run`,
      },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
  }

  /** Does what the documentation says: fetches the installer of a version and gives it to the shell, in one line. */
  async installByOneLine(base: string, version: string): Promise<Installed> {
    return await this.run("-c", 'curl -fsSL "$0/v$1/install.sh" | sh -s -- --base-url "$0"', base, version);
  }

  /**
   * The certgate that the unit runs now.
   *
   * @throws {Error} if it does not run.
   */
  certgate(): Certgate {
    if (this.#unit === null) throw new Error("The unit was not started");
    return Certgate.of(this.#unit, this.http, this.config);
  }

  /** Ends the unit and the systemd. */
  async stop(): Promise<void> {
    await this.#unit?.stop();
    await this.#server.shutdown();
  }

  async #systemctl(words: readonly string[]): Promise<{ code: number; text: string }> {
    const [verb] = words;
    if (verb === "is-active") {
      return this.#unit?.running ? { code: 0, text: "active\n" } : { code: 3, text: "inactive\n" };
    }
    this.asked.push(words.join(" "));
    if (verb !== "restart") return { code: 0, text: "" };
    await this.#unit?.stop();
    this.#unit = new Program(`${this.root}/usr/local/bin/certgate`, {
      args: ["run", "--config", this.config],
      cwd: this.state,
      env: this.environment,
      log: `${this.root}/certgate.log`,
    });
    // As with Type=notify: the command returns once the unit says that it is ready.
    return await this.certgate().ready().then(
      () => ({ code: 0, text: "" }),
      (error) => ({ code: 1, text: `${error.message}\n` }),
    );
  }
}
