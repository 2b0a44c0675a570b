import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  createTree,
  type DependentOptions,
  overwrite,
  restartDependents,
  type RotationOptions,
} from "../../lib/rotation/mod.ts";
import { type Config, parseConfig } from "../../lib/resources/mod.ts";
import { FakeLog } from "../fakes/fake_log.ts";
import { FakeSystemctl } from "../fakes/fake_systemctl.ts";
import { isOnPath as onPath } from "../runner/is_on_path.ts";

const ROLL = fileURLToPath(new URL("./_roll.ts", import.meta.url));
/** As many at a time as there are cores on a small machine. */
const LANES = 2;

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "certgate-dependents-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function roll(folder: string, fingerprint: string, point: number) {
  const { signal, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--unstable-net", ROLL, folder, fingerprint, String(point)],
    stdin: "null",
    signal: AbortSignal.timeout(60_000),
  }).output();
  return { signal, lines: new TextDecoder().decode(stdout).trimEnd().split("\n"), stderr };
}

async function bed(folder: string): Promise<FakeSystemctl> {
  const fake = await FakeSystemctl.make(folder);
  for (const unit of ["a.service", "b.service"]) await fake.add(unit, { then: "activating" });
  return fake;
}

type Dependents = Config["rotation"]["dependents"];

function read(text: string): Dependents {
  const result = parseConfig(`rotation: { configHome: /eg, dependents: ${text} }`, "c.yaml");
  assert(result.ok, JSON.stringify(result));
  return result.config.rotation.dependents;
}

function options(
  folder: string,
  fingerprint: string,
  more: Partial<DependentOptions> = {},
): DependentOptions {
  return {
    fingerprint,
    stateDir: join(folder, "state"),
    log: new FakeLog(),
    clock: () => Date.now(),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, 20))),
    ...more,
  };
}

const TWO = read(
  "[{ name: limit, instances: [{ systemd: { unit: a.service } }, { systemd: { unit: b.service } }] }]",
);

Deno.test("restartDependents() killed at every point restarts each instance exactly once in the end", () =>
  inFolder(async (folder) => {
    await bed(folder);
    const points = (await roll(folder, "AA", -1)).lines;
    assert(points.length >= 16, points.join("\n"));
    const left = points.keys();
    const lane = async () => {
      for (const n of left) {
        const own = join(folder, String(n));
        await Deno.mkdir(own);
        const fake = await bed(own);
        const killed = await roll(own, "AA", n);
        assert.equal(killed.signal, "SIGKILL", points[n]);
        const programs = { systemctl: fake.path, kill: "/usr/bin/kill" };
        const [ended] = await restartDependents(TWO, options(own, "AA", { programs }));
        assert.match(ended.outcome, /^(done|known)$/, points[n]);
        for (const unit of ["a.service", "b.service"]) {
          assert.deepEqual(await fake.asked(unit), ["try-restart"], `${unit} after ${points[n]}`);
        }
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  }));

Deno.test("overwrite() restarts dependents once, and the first tree of a host does not", () =>
  inFolder(async (folder) => {
    const fake = await FakeSystemctl.make(folder);
    await fake.add("a.service", { then: "activating" });
    const dependents = read("[{ name: limit, instances: [{ systemd: { unit: a.service } }] }]");
    const programs = { systemctl: fake.path, kill: "/usr/bin/kill" };
    const rotation: RotationOptions = {
      configHome: join(folder, "home"),
      clock: () => Date.now(),
      sleep: () => Promise.resolve(),
      dependents: async (fingerprint) => {
        await restartDependents(dependents, options(folder, fingerprint, { programs }));
      },
    };
    assert.equal((await createTree(rotation)).outcome, "created");
    assert.deepEqual(await fake.asked("a.service"), []);
    assert.equal((await overwrite(rotation)).outcome, "rotated");
    assert.deepEqual(await fake.asked("a.service"), ["try-restart"]);
    assert.equal((await createTree(rotation)).outcome, "present");
    assert.deepEqual(await fake.asked("a.service"), ["try-restart"]);
  }));

/** Keeps a process running, as a service manager does, and its number in a file. */
class Keeper {
  starts = 0;
  up = false;
  #child: Deno.ChildProcess | null = null;
  #ended = false;
  #course: Promise<void> = Promise.resolve();

  constructor(readonly pidFile: string, readonly onDown: () => void) {}

  async begin(): Promise<void> {
    await this.#start();
    this.#course = (async () => {
      while (!this.#ended) {
        await this.#child!.status;
        this.up = false;
        this.onDown();
        if (this.#ended) return;
        // A start takes a moment, in which its number is the old one.
        await new Promise((resolve) => setTimeout(resolve, 400));
        if (!this.#ended) await this.#start();
      }
    })();
  }

  async #start(): Promise<void> {
    this.#child = new Deno.Command("sleep", { args: ["60"], stdin: "null" }).spawn();
    this.starts++;
    await Deno.writeTextFile(this.pidFile, `${this.#child.pid}\n`);
    this.up = true;
  }

  async end(): Promise<void> {
    this.#ended = true;
    try {
      this.#child?.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#course;
  }
}

Deno.test({
  name: "restartDependents() never has two instances down at once, with real processes",
  ignore: !onPath("kill"),
  fn: () =>
    inFolder(async (folder) => {
      let fewest = 2;
      let rolling = true;
      const keepers: Keeper[] = ["a", "b"].map((name) =>
        new Keeper(join(folder, `${name}.pid`), () => {
          if (rolling) fewest = Math.min(fewest, keepers.filter(({ up }) => up).length);
        })
      );
      try {
        for (const keeper of keepers) await keeper.begin();
        const dependents = read(
          `[{ name: limit, instances: [${
            keepers.map(({ pidFile }) => `{ signal: { pidFile: ${pidFile}, signal: SIGTERM } }`).join(", ")
          }] }]`,
        );
        const [result] = await restartDependents(dependents, options(folder, "AA"));
        assert.deepEqual(result.instances.map(({ outcome }) => outcome), ["restarted", "restarted"]);
        rolling = false;
        assert.deepEqual(keepers.map(({ starts }) => starts), [2, 2]);
        assert.equal(fewest, 1);
      } finally {
        rolling = false;
        for (const keeper of keepers) await keeper.end();
      }
    }),
});
