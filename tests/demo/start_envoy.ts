import { EnvoyAdmin } from "../e2e/harness/envoy_admin.ts";
import { Program } from "../e2e/harness/process.ts";
import { until } from "../e2e/harness/wait.ts";

/** A running Envoy and the way to its admin interface. */
export interface RunningEnvoy {
  readonly program: Program;
  readonly admin: EnvoyAdmin;
}

/**
 * Starts a fresh Envoy that gets everything from an ADS server on a loopback port, with the settings Envoy Gateway gives.
 *
 * @param keep Called with the program as soon as it runs, so that it is stopped whatever happens next.
 */
export async function startEnvoy(
  path: string,
  adsPort: number,
  options: { readonly folder: string; readonly keep: (program: Program) => void },
): Promise<RunningEnvoy> {
  return await launchEnvoy(path, bootstrap(adsPort), options);
}

/** Starts a fresh Envoy with a configuration of its own, and waits for its admin interface. */
export async function launchEnvoy(
  path: string,
  configuration: unknown,
  options: { readonly folder: string; readonly keep: (program: Program) => void },
): Promise<RunningEnvoy> {
  Deno.mkdirSync(options.folder, { recursive: true });
  const [config, address] = ["envoy.json", "admin-address"].map((name) => `${options.folder}/${name}`);
  Deno.writeTextFileSync(config, JSON.stringify(configuration));
  const program = new Program(path, {
    // Hot restart would have Envoys of one machine meet in shared memory.
    args: ["-c", config, "--admin-address-path", address, "--concurrency", "2", "--disable-hot-restart"],
    log: `${options.folder}/envoy.log`,
  });
  options.keep(program);
  const { value } = await until("Envoy's admin interface is up", async () => {
    if (!program.running) throw new Error(`Envoy has ended: ${await program.output()}`);
    return Deno.readTextFileSync(address);
  }, { within: 15_000 });
  return { program, admin: new EnvoyAdmin(value) };
}

function bootstrap(adsPort: number): unknown {
  const loopback = (port: number) => ({ socket_address: { address: "127.0.0.1", port_value: port } });
  const fromAds = { ads: {}, initial_fetch_timeout: "0s", resource_api_version: "V3" };
  const http2 = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  return {
    node: { id: "demo", cluster: "demo" },
    admin: { address: loopback(0) },
    dynamic_resources: {
      ads_config: {
        api_type: "DELTA_GRPC",
        transport_api_version: "V3",
        set_node_on_first_message_only: true,
        grpc_services: [{ envoy_grpc: { cluster_name: "xds" } }],
      },
      cds_config: fromAds,
      lds_config: fromAds,
    },
    static_resources: {
      clusters: [{
        name: "xds",
        type: "STATIC",
        connect_timeout: "5s",
        typed_extension_protocol_options: {
          [http2]: {
            "@type": `type.googleapis.com/${http2}`,
            explicit_http_config: { http2_protocol_options: {} },
          },
        },
        load_assignment: {
          cluster_name: "xds",
          endpoints: [{ lb_endpoints: [{ endpoint: { address: loopback(adsPort) } }] }],
        },
      }],
    },
  };
}
