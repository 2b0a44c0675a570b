import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { makePair, makePairFiles, tempRoot } from "../fakes/pair_files.ts";

const LOOK_ONCE = fileURLToPath(new URL("_look_once.ts", import.meta.url));
// What makes root read everything; without these two it is refused like everybody else.
const WITHOUT = "-dac_override,-dac_read_search";

interface Look {
  readonly found: { key: string; problem: { cause: string; detail: string } | null; hint: string }[];
  readonly errors: Record<string, number>;
}

/** What another process says of the pattern, one to which closed files are closed. */
async function lookWithoutPower(pattern: string): Promise<Look> {
  const look = [Deno.execPath(), "run", "-A", LOOK_ONCE, pattern];
  const [command, ...args] = Deno.uid() === 0
    ? ["setpriv", "--bounding-set", WITHOUT, "--inh-caps", WITHOUT, ...look]
    : look;
  const { stdout, stderr } = await new Deno.Command(command, { args, env: { NO_COLOR: "1" } }).output();
  const text = new TextDecoder().decode(stdout);
  assert.notEqual(text, "", new TextDecoder().decode(stderr));
  return JSON.parse(text);
}

Deno.test("openSources() gives the words of the system for a pair that is closed to it, and reads the others", async () => {
  const one = await makePairFiles("one.example.com");
  using root = tempRoot();
  for (const name of ["file", "folder", "open"]) makePair(`${root.path}/${name}`, one);
  Deno.chmodSync(`${root.path}/file/tls.key`, 0);
  Deno.chmodSync(`${root.path}/folder`, 0);
  const { found, errors } = await lookWithoutPower(`${root.path}/*`);
  assert.deepEqual(found.map(({ key, problem }) => [key, problem?.cause]), [
    ["edge/file", "file_unreadable"],
    ["edge/folder", "file_unreadable"],
    ["edge/open", undefined],
  ]);
  for (const [at, path] of [`${root.path}/file/tls.key`, `${root.path}/folder`].entries()) {
    assert.match(found[at].problem!.detail, /^Permission denied \(os error 13\)/);
    assert.equal(
      found[at].hint,
      `give the user that runs certgate read access to ${path}, e.g. by its group`,
    );
  }
  assert.deepEqual(errors, { unreadable: 2 });
});
