import { dirname } from "node:path";
import { Program } from "./process.ts";

/** What is needed to make control-plane certificates. */
export interface ControlPlanePlaces {
  readonly directory: string;
  readonly envoyGateway: string;
}

/** Files by their path below the directory. They are of no use to anybody else, so they are kept here and nowhere else. */
let files: ReadonlyMap<string, Uint8Array<ArrayBuffer>> | null = null;

/**
 * Puts Envoy Gateway's own certificates into the `config` folder of a directory. Making them takes half a second, and no
 * test is about them: the beds of one test file share them.
 *
 * @throws {Error} with the words of Envoy Gateway, if it cannot make them.
 */
export async function putControlPlane(places: ControlPlanePlaces): Promise<void> {
  const home = `${places.directory}/config`;
  if (files === null) {
    await make(places, home);
    files = await read(home);
    return;
  }
  for (const [path, bytes] of files) {
    await Deno.mkdir(dirname(`${home}/${path}`), { recursive: true, mode: 0o700 });
    await Deno.writeFile(`${home}/${path}`, bytes, { mode: 0o600 });
  }
}

async function make({ directory, envoyGateway }: ControlPlanePlaces, home: string): Promise<void> {
  const certgen = new Program(envoyGateway, {
    args: ["certgen", "--local", "--config-home", home],
    log: `${directory}/certgen.log`,
  });
  if (await certgen.exitCode() !== 0) throw new Error(`Cannot make certificates: ${await certgen.output()}`);
}

async function read(home: string, below = ""): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const found = new Map<string, Uint8Array<ArrayBuffer>>();
  for await (const { name, isDirectory } of Deno.readDir(`${home}/${below}`)) {
    const path = below === "" ? name : `${below}/${name}`;
    if (!isDirectory) found.set(path, await Deno.readFile(`${home}/${path}`));
    else for (const [deeper, bytes] of await read(home, path)) found.set(deeper, bytes);
  }
  return found;
}
