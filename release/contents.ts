import { join } from "node:path";
import { describeProgram } from "../lib/cli/mod.ts";
import { renderCompletion } from "../lib/cli/render_completion.ts";
import { renderManPage } from "../lib/cli/render_man_page.ts";
import { type Project, ROOT } from "./project.ts";
import { BuildError } from "./run_tool.ts";
import type { Entry } from "./tar.ts";

const encoder = new TextEncoder();

/**
 * Everything that is installed beside the binary, under the names that it has in an archive.
 *
 * @param project Version and day for what names them.
 * @param licences The text of THIRD-PARTY-LICENSES.
 * @param root The checkout.
 * @throws {BuildError} if a file is missing.
 */
export async function readContents(
  project: Project,
  licences: string,
  root: string = ROOT,
): Promise<Entry[]> {
  const file = async (path: string, from: string, mode = 0o644): Promise<Entry> => ({
    path,
    mode,
    content: await readPart(root, from),
  });
  const text = (path: string, words: string): Entry => ({
    path,
    mode: 0o644,
    content: encoder.encode(words),
  });
  const program = describeProgram();
  const examples = await namesIn(join(root, "systemd/examples"));
  return await Promise.all([
    file("LICENSE", "LICENSE"),
    text("THIRD-PARTY-LICENSES", licences),
    installer(project, root),
    file("config.yaml", "release/config.yaml"),
    file("systemd/certgate.service", "systemd/certgate.service"),
    file("systemd/certgate.sysusers", "systemd/certgate.sysusers"),
    ...examples.map((name) => file(`systemd/examples/${name}`, `systemd/examples/${name}`)),
    text(
      "share/man/man1/certgate.1",
      renderManPage(program, { version: project.version, date: project.released }),
    ),
    text("share/completions/certgate.bash", renderCompletion("bash", program)),
    text("share/completions/_certgate", renderCompletion("zsh", program)),
    text("share/completions/certgate.fish", renderCompletion("fish", program)),
    file("share/certgate.rules.yaml", "monitoring/certgate.rules.yaml"),
    file("share/config.schema.json", "docs/config.schema.json"),
  ]);
}

const PLACEHOLDER = 'VERSION="@VERSION@"';

/** The installer, with the version that it installs unless told otherwise. */
async function installer({ version }: Project, root: string): Promise<Entry> {
  const script = new TextDecoder().decode(await readPart(root, "install.sh"));
  if (script.split(PLACEHOLDER).length !== 2) {
    throw new BuildError(`Cannot put the version into "install.sh": it does not have ${PLACEHOLDER} once`);
  }
  const content = encoder.encode(script.replace(PLACEHOLDER, `VERSION="${version}"`));
  return { path: "install.sh", mode: 0o755, content };
}

async function readPart(root: string, path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(join(root, path));
  } catch (error) {
    throw new BuildError(`Cannot read "${path}": ${(error as Error).message}`);
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
    if (names.length > 0) return names;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  throw new BuildError(`Cannot read "${folder}": there are no examples`);
}
