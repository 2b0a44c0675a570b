import { TOOLS } from "../../setup/tools.ts";
import { putControlPlane } from "./control_plane.ts";
import { EnvoyAdmin } from "./envoy_admin.ts";
import { fixedPortsFree } from "./lock.ts";
import { freePort } from "./ports.ts";
import { Program } from "./process.ts";
import { Hopeless, until } from "./wait.ts";

/** The Envoy that stands behind the name in EnvoyProxy; the binary is put where Envoy Gateway would download it. */
export const ENVOY_VERSION: string = TOOLS.envoy.version;

/** How Envoy Gateway is told to call the hook. */
export interface HookSettings {
  /** Path of the Unix socket. */
  readonly socket: string;
  /** `true` asks for all four lists; `false` leaves every `includeAll` unset, as a first configuration often does. */
  readonly includeAll: boolean;
  /** Whether Envoy Gateway knows the kind CertState and shows its objects to the hook. */
  readonly certState: boolean;
  /** Keys of `extensionManager` in place of these. */
  readonly manager?: Readonly<Record<string, unknown>>;
}

/** Where the parts of one set-up live. */
export interface EdgePlaces {
  readonly directory: string;
  readonly resources: string;
  readonly envoy: string;
  readonly envoyGateway: string;
}

// Envoy Gateway lives for seconds here: collecting its garbage was a fifth of all it computed, and of every start.
const ENVIRONMENT = { GOGC: "800" };

/** Envoy Gateway in standalone mode with the Envoys it starts. */
export class Edge {
  readonly #program: Program;
  readonly #runtime: string;

  private constructor(program: Program, runtime: string) {
    this.#program = program;
    this.#runtime = runtime;
  }

  /** Puts what Envoy Gateway does not make by itself into the directory: the Envoy binary and its own certificates. */
  static async prepare(places: EdgePlaces): Promise<void> {
    const binary = `${places.directory}/data/envoy-versions/${ENVOY_VERSION}/bin`;
    await Deno.mkdir(binary, { recursive: true });
    await Deno.symlink(places.envoy, `${binary}/envoy`);
    await putControlPlane(places);
  }

  /** Starts Envoy Gateway with nothing kept from an earlier start, so that its Envoys start cold. */
  static async start(places: EdgePlaces, hook: HookSettings | null): Promise<Edge> {
    await fixedPortsFree();
    const runtime = `${places.directory}/run`;
    await Deno.remove(runtime, { recursive: true }).catch(() => {});
    const file = `${places.directory}/envoy-gateway.yaml`;
    await Deno.writeTextFile(file, JSON.stringify(configuration(places, hook), null, 1));
    const program = new Program(places.envoyGateway, {
      args: ["server", "--config-path", file],
      log: `${places.directory}/envoy-gateway.log`,
      env: ENVIRONMENT,
    });
    return new Edge(program, runtime);
  }

  get running(): boolean {
    return this.#program.running;
  }

  /**
   * The Envoy of a Gateway, or of the class if Gateways are merged, once it answers on its admin port.
   *
   * @param cluster Name of a Gateway with its namespace, or of the class.
   */
  async envoy(cluster: string): Promise<EnvoyAdmin> {
    const { value } = await until(`the Envoy of "${cluster}" runs`, async () => {
      if (!this.running) throw new Hopeless("Envoy Gateway has ended");
      for (const admin of await this.#admins()) {
        if (await admin.cluster() === cluster) return admin;
      }
    }, { within: 60_000 });
    return value;
  }

  /** Everything Envoy Gateway and its Envoys have written so far. */
  async log(): Promise<string> {
    return await this.#program.output();
  }

  async #admins(): Promise<EnvoyAdmin[]> {
    const admins: EnvoyAdmin[] = [];
    for await (const run of Deno.readDir(this.#runtime)) {
      const address = await Deno.readTextFile(`${this.#runtime}/${run.name}/admin-address.txt`).catch(() =>
        ""
      );
      if (address !== "") admins.push(new EnvoyAdmin(address.trim()));
    }
    return admins;
  }

  /** Stops Envoy Gateway in its tracks; its Envoys go on with what they have. */
  pause(): void {
    this.#program.signal("SIGSTOP");
  }

  /** Lets it go on. */
  resume(): void {
    this.#program.signal("SIGCONT");
  }

  /** Ends Envoy Gateway; the Envoys are its children and end with it. */
  async stop(): Promise<void> {
    this.resume();
    await this.#program.stop();
  }
}

function configuration(places: EdgePlaces, hook: HookSettings | null): Record<string, unknown> {
  const home = (name: string) => `${places.directory}/${name}`;
  return {
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind: "EnvoyGateway",
    gateway: { controllerName: "gateway.envoyproxy.io/gatewayclass-controller" },
    provider: {
      type: "Custom",
      custom: {
        resource: { type: "File", file: { paths: [places.resources] } },
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
    extensionApis: { enableBackend: true, enableSDSSecretRef: true },
    ...(hook === null ? {} : { extensionManager: extensionManager(hook) }),
  };
}

const CERT_STATE = { group: "certgate.dev", version: "v1alpha1", kind: "CertState" } as const;

function extensionManager(hook: HookSettings): Record<string, unknown> {
  const all = { includeAll: true };
  return {
    maxMessageSize: "256Mi",
    hooks: {
      xdsTranslator: {
        post: ["Translation"],
        ...(hook.includeAll ? { translation: { listener: all, route: all, cluster: all, secret: all } } : {}),
      },
    },
    service: { unix: { path: hook.socket } },
    ...(hook.certState ? { policyResources: [CERT_STATE] } : {}),
    ...hook.manager,
  };
}
