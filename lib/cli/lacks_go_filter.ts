import { runProgram } from "../host/mod.ts";

const TYPE = "envoy.extensions.filters.http.golang.v3alpha.Config";
const WITHIN = 10_000;

/**
 * Whether an Envoy does not know the Go filter, which the firewall of policies needs: then it refuses every listener and
 * every route configuration that names it.
 *
 * The type stands where no filter is looked for. An Envoy that knows it says that there is no such extension in this place;
 * one that does not know it cannot even read the configuration.
 *
 * @param envoy Path of the binary; it is started once, for some tenths of a second.
 * @returns False also where it cannot be told.
 */
export async function lacksGoFilter(envoy: string): Promise<boolean> {
  const probe = { name: "probe", typed_config: { "@type": `type.googleapis.com/${TYPE}` } };
  const config = JSON.stringify({ bootstrap_extensions: [probe] });
  const { lines } = await runProgram(
    envoy,
    ["--mode", "validate", "-l", "critical", "--config-yaml", config],
    {
      timeoutMs: WITHIN,
    },
  );
  return lines.some((line) => line.includes(`could not find @type 'type.googleapis.com/${TYPE}'`));
}
