import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type FaultPoint,
  findStale,
  HMAC_FILE,
  NEEDED_FILES,
  newGeneration,
  overwrite,
  publishGeneration,
  removeStale,
  writeGeneration,
} from "../../lib/rotation/mod.ts";
import { inHome, putPlain, readyTree, textOf, treesFrom } from "./_trees.ts";

const ROTATIONS = 1000;
const TREES = 4;
const never: FaultPoint = () => {};

/** Which tree some contents of a file are from. */
async function origins(): Promise<Map<string, number>> {
  const known = new Map<string, number>();
  for (let index = 0; index < TREES; index++) {
    for (const [path, content] of (await readyTree(index)).files) {
      known.set(`${path}\n${textOf(content)}`, index);
    }
  }
  return known;
}

/** Reads until it is told to stop; what goes wrong is thrown by `done`. */
function reader(readOnce: () => Promise<void>): { stop(): Promise<number> } {
  let ended = false, count = 0;
  const done = (async () => {
    for (; !ended; count++) await readOnce();
  })();
  done.catch(() => {});
  return {
    async stop() {
      ended = true;
      await done;
      return count;
    },
  };
}

Deno.test(`readers see one generation, whole, during ${ROTATIONS} rotations`, async () => {
  const known = await origins();
  await inHome(async (home) => {
    await putPlain(home, 0);
    const certs = join(home, "certs");
    const trees = await Promise.all(Array.from({ length: TREES }, (_, index) => readyTree(index)));
    const publish = async (index: number) => {
      const name = newGeneration(Date.now());
      await writeGeneration(certs, name, trees[index].files, never);
      const before = await Deno.readLink(join(certs, "..data")).catch(() => null);
      await publishGeneration(certs, name, trees[index].files, never);
      // As long after it as a rotation waits at least: one whole rotation.
      await removeStale(certs, await findStale(certs, [before]), never);
    };
    await publish(0);
    const seen = new Set<number>();
    const origin = async (directory: string, path: string) => {
      const from = known.get(`${path}\n${await Deno.readTextFile(join(directory, path))}`);
      assert.notEqual(from, undefined, `${path} is torn`);
      return from!;
    };
    const texts = NEEDED_FILES.filter((path) => path !== HMAC_FILE);
    const throughData = reader(async () => {
      const directory = join(certs, await Deno.readLink(join(certs, "..data")));
      const found = new Set<number>();
      for (const path of texts) found.add(await origin(directory, path));
      assert.equal(found.size, 1, "files of two generations");
      for (const index of found) seen.add(index);
    });
    const byPath = reader(async () => {
      for (const path of texts) await origin(certs, path);
    });
    for (let rotation = 1; rotation <= ROTATIONS; rotation++) await publish(rotation % TREES);
    const counts = await Promise.all([throughData.stop(), byPath.stop()]);
    assert(counts.every((count) => count > 10), `too few looks: ${counts}`);
    assert.equal(seen.size, TREES);
  });
});

Deno.test("readers by path find every file while files of Envoy Gateway are taken over", async () => {
  const known = await origins();
  for (let times = 0; times < 10; times++) {
    await inHome(async (home) => {
      await putPlain(home, 0);
      const certs = join(home, "certs");
      const files = NEEDED_FILES.filter((path) => path.endsWith(".key") || path.endsWith("tls.crt"));
      const byPath = reader(async () => {
        for (const path of files) {
          assert(known.has(`${path}\n${await Deno.readTextFile(join(certs, path))}`), `${path} is torn`);
        }
      });
      const sleep = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
      const options = { configHome: home, clock: Date.now, sleep, make: treesFrom(1) };
      assert.equal((await overwrite(options)).outcome, "rotated");
      assert(await byPath.stop() > 0);
    });
  }
});
