/** The steps of a walk. */
import { isDeepStrictEqual } from "node:util";
import assert from "node:assert/strict";
import fc from "fast-check";
import { checkKeys, checkOneTruth, checkPublications, difference, type Times } from "./walk_checks.ts";
import { HOUR, putPair, SWAPPED, type WalkHost } from "./walk_host.ts";
import { type Expected, FILES, HOSTS, type Made, type Model, sourceOf, SOURCES } from "./walk_model.ts";

export interface World {
  readonly host: WalkHost;
  readonly times: Times;
  expected: Expected;
  swaps: number;
  steps: number;
}

/** What a step does to the disk or the clock, and to the model of it. */
interface Step {
  readonly name: string;
  readonly may: (model: Model) => boolean;
  readonly act: (model: Model, world: World) => Promise<void>;
}

const GRACE = 6000;
const LOOKS_TO_REST = 6;
// The nudge after a start is the one publication that nothing has asked for; it is part of the revision.
const plain = (text: string) => text.replace(/^\s+nudge: \d+\n/gm, "").replace(/^\s+revision: .*\n/gm, "");

/** Waits until the agent is where it should be, and checks everything. */
export async function rest(model: Model, world: World, from: number): Promise<void> {
  const { host } = world;
  const before = world.expected;
  const after = model.settle(host.now());
  world.expected = after;
  const settled = async () => difference(await host.status(), model, after);
  await host.until("the model", settled);
  await host.looks(2);
  await host.until("the model, still", settled);
  host.record();
  const published = host.publications.slice(Math.max(0, from - 1)).map(({ text }) => text);
  checkPublications(published.slice(from > 0 ? 1 : 0), before, after);
  await checkOneTruth(host, model, after);
  await checkKeys(host);
  world.times.check(await host.status());
  if (
    from > 0 && isDeepStrictEqual(before.listeners, after.listeners) &&
    isDeepStrictEqual(before.served, after.served)
  ) {
    for (const text of published) {
      assert.equal(plain(text), plain(published[0]), "published although nothing changed");
    }
  }
}

class StepCommand implements fc.AsyncCommand<Model, World> {
  constructor(readonly step: Step) {}
  check(model: Readonly<Model>): boolean {
    return this.step.may(model as Model);
  }
  async run(model: Model, world: World): Promise<void> {
    const from = world.host.publications.length;
    world.steps++;
    if (Deno.env.has("WALK_VERBOSE")) console.log(world.steps, this.step.name);
    await this.step.act(model, world);
    if (!model.down) await rest(model, world, from);
  }
  toString(): string {
    return this.step.name;
  }
}

const open = (model: Model, host: string) => model.sources.get(sourceOf(host)) === "there";
const pause = (model: Model, { host }: World) => model.down ? Promise.resolve() : host.looks(1);

async function jump(model: Model, { host }: World, milliseconds: number): Promise<void> {
  host.offset += milliseconds;
  model.behind = Math.max(0, model.behind - milliseconds);
  await Promise.resolve();
}

/** Writes a pair the way this host is written to: a moved link, or file by file. */
async function write(model: Model, world: World, name: string, made: Made, torn: boolean): Promise<void> {
  model.disk.set(name, made);
  if (!torn || SWAPPED.has(name)) return await putPair(world.host, name, made, ++world.swaps);
  const directory = world.host.directoryOf(name);
  await Deno.mkdir(directory, { recursive: true });
  await Deno.writeFile(`${directory}/tls.crt`, made.certificate.subarray(0, 300));
  await pause(model, world);
  await Deno.writeFile(`${directory}/tls.crt`, made.certificate);
  await pause(model, world);
  await Deno.writeFile(`${directory}/tls.key`, made.key);
}

const KINDS = ["good", "good", "long", "short", "future", "expired", "mismatched", "truncated", "chain"];
const host = fc.constantFrom(...HOSTS);
const source = fc.constantFrom(...Object.keys(SOURCES));
const file = fc.constantFrom(...Object.keys(FILES));

const steps: fc.Arbitrary<Step>[] = [
  fc.record({ name: host, kind: fc.constantFrom(...KINDS), torn: fc.boolean() }).map((
    { name, kind, torn },
  ) => ({
    name: `write(${name}, ${kind}${torn ? ", torn" : ""})`,
    may: (model) => open(model, name) && !model.away.has(name),
    act: async (model, world) => await write(model, world, name, await world.host.makePair(name, kind), torn),
  })),
  host.map((name) => ({
    name: `delete(${name})`,
    may: (model) => open(model, name) && model.disk.has(name),
    act: async (model, world) => {
      await Deno.remove(world.host.directoryOf(name), { recursive: true });
      model.disk.delete(name);
    },
  })),
  host.map((name) => ({
    name: `moveAwayOrBack(${name})`,
    may: (model) => open(model, name) && model.disk.has(name) !== model.away.has(name),
    act: async (model, { host }) => {
      const [from, to] = model.disk.has(name) ? [model.disk, model.away] : [model.away, model.disk];
      const paths = [host.directoryOf(name), host.at("away", name)];
      if (from === model.away) paths.reverse();
      await Deno.rename(paths[0], paths[1]);
      to.set(name, from.get(name)!);
      from.delete(name);
    },
  })),
  fc.record({ source, kind: fc.constantFrom("away", "empty") as fc.Arbitrary<"away" | "empty"> }).map((
    { source, kind },
  ) => ({
    name: `unmount(${source}, ${kind})`,
    may: (model) => model.sources.get(source) === "there",
    act: async (model, { host }) => {
      await Deno.rename(host.at("volumes", source), host.at("away", source));
      if (kind === "empty") await Deno.mkdir(host.at("volumes", source));
      model.sources.set(source, kind);
    },
  })),
  fc.record({ source, slowly: fc.boolean() }).map(({ source, slowly }) => ({
    name: `mount(${source}${slowly ? ", slowly" : ""})`,
    may: (model) => model.sources.get(source) !== "there",
    act: async (model, world) => {
      const { host } = world;
      const there = host.at("volumes", source);
      if (slowly) {
        await Deno.mkdir(there, { recursive: true });
        for await (const { name } of Deno.readDir(host.at("away", source))) {
          await Deno.rename(host.at("away", source, name), `${there}/${name}`);
          await pause(model, world);
        }
        await Deno.remove(host.at("away", source));
      } else {
        if (model.sources.get(source) === "empty") await Deno.remove(there);
        await Deno.rename(host.at("away", source), there);
      }
      model.sources.set(source, "there");
      // The grace is counted on the clock that is about to jump, and what has come back has to rest before it is read.
      if (!model.down) await host.looks(LOOKS_TO_REST);
      await jump(model, world, GRACE);
    },
  })),
  fc.record({ file, broken: fc.boolean() }).map(({ file, broken }) => ({
    name: `${broken ? "breakResource" : "writeResource"}(${file})`,
    may: (model) => model.directory === "there",
    act: async (model, { host }) => {
      await host.writeResource(file, broken);
      model.files.set(file, broken ? "broken" : "good");
    },
  })),
  file.map((file) => ({
    name: `deleteResource(${file})`,
    may: (model) => model.directory === "there" && model.files.has(file),
    act: async (model, { host }) => {
      await Deno.remove(host.at("resources", file));
      model.files.delete(file);
    },
  })),
  fc.constantFrom("away" as const, "empty" as const).map((kind) => ({
    name: `resourcesGone(${kind}) or back`,
    may: () => true,
    act: async (model, { host }) => {
      const [here, there] = [host.at("resources"), host.at("away/resources")];
      if (model.directory === "there") {
        await Deno.rename(here, there);
        if (kind === "empty") await Deno.mkdir(here);
        model.directory = kind;
      } else {
        if (model.directory === "empty") await Deno.remove(here);
        await Deno.rename(there, here);
        model.directory = "there";
      }
    },
  })),
  fc.constantFrom(1, 12, 24, 24, 72, -1, -5).map((hours) => ({
    name: `jump(${hours} h)`,
    may: (model) => hours > 0 || model.behind - hours * HOUR < 20 * HOUR,
    act: async (model, world) => {
      if (hours < 0) model.behind -= hours * HOUR;
      await jump(model, world, hours * HOUR);
      if (hours < 0) model.behind = Math.max(model.behind, 0);
    },
  })),
  fc.constant({
    name: "start or stop",
    may: () => true,
    act: async (model: Model, world: World) => {
      if (!model.down) {
        await world.host.stop();
        model.down = true;
        return;
      }
      const last = world.host.publications.at(-1)!;
      const same = isDeepStrictEqual(world.expected, model.settle(world.host.now()));
      await world.host.start(model);
      model.down = false;
      if (same) assert.deepEqual(world.host.publications.at(-1), last, "a restart has touched the file");
      await jump(model, world, GRACE);
    },
  }),
  fc.record({ name: host, hold: fc.boolean() }).map(({ name, hold }) => ({
    name: `reload(neverGate ${name}${hold ? "" : ", hold toggled"})`,
    may: () => true,
    act: async (model, { host }) => {
      if (!hold) model.hold = !model.hold;
      else if (!model.neverGate.delete(name)) model.neverGate.add(name);
      if (!model.down) await host.reload(model);
    },
  })),
  fc.constant({
    name: "somebody removes the output",
    may: (model: Model) => !model.down,
    act: async (_model: Model, { host }: World) => {
      const count = host.publications.length;
      await Deno.remove(host.at("output/certgate.yaml")).catch(() => {});
      await host.until("the file is back", () => {
        host.record();
        return Promise.resolve(host.publications.length > count ? "" : "it is not");
      });
    },
  }),
];

/** Any step. */
export const commands = steps.map((step) => step.map((one) => new StepCommand(one)));
