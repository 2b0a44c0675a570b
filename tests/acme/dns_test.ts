import assert from "node:assert/strict";
import { join } from "node:path";
import { type Bed, failureOf, forever, leafOf, onBed, wanted } from "./_bed.ts";
import { pebbleIsMissing } from "../e2e/harness/pebble.ts";

const ignore = pebbleIsMissing;

/** A program as operators write them; it also writes down what it was asked. */
async function writeProgram(
  bed: Bed,
  body: string,
): Promise<{ command: string[]; asked: () => Promise<string[]> }> {
  const log = join(bed.stateDir, "asked");
  const path = join(bed.stateDir, "dns.ts");
  await Deno.mkdir(bed.stateDir, { recursive: true });
  await Deno.writeTextFile(
    path,
    `const [what, name, value] = Deno.args.slice(1);
     Deno.writeTextFileSync(${JSON.stringify(log)}, Deno.args.join(" ") + "\\n", { append: true });
     const tell = async (path, body) => {
       const url = "http://127.0.0.1:${bed.pebble.ports.dnsManagement}/" + path;
       await (await fetch(url, { method: "POST", body: JSON.stringify(body) })).body?.cancel();
     };
     ${body}`,
  );
  const lines = async () => (await Deno.readTextFile(log)).trim().split("\n");
  return { command: [Deno.execPath(), "run", "--no-config", "-A", path, "zone"], asked: lines };
}

const RECORDS = `
  if (what === "present") await tell("set-txt", { host: name + ".", value });
  else await tell("clear-txt", { host: name + "." });`;

Deno.test({
  name: "openAcmeIssuer() proves wildcards by records that a program makes, and has each taken away",
  ignore,
  fn: () =>
    onBed({}, async (bed) => {
      const { command, asked } = await writeProgram(bed, RECORDS);
      const issuer = bed.open({ dns01: { command, timeout: 20_000 } });
      const leaf = leafOf(await issuer.issue(await wanted(["*.example.com", "example.com"]), forever));
      assert.equal(leaf.subjectAltName, "DNS:*.example.com, DNS:example.com");
      const lines = await asked();
      const presented = lines.filter((line) => line.startsWith("zone present _acme-challenge.example.com "));
      assert.equal(new Set(presented).size, 2);
      const removed = lines.filter((line) => line.includes(" cleanup "));
      assert.deepEqual(removed.sort(), presented.map((line) => line.replace("present", "cleanup")).sort());
      assert.deepEqual(bed.board.list(), []);
    }),
});

Deno.test({
  name: "openAcmeIssuer() says what the program said, and has it take away what may be half done",
  ignore,
  fn: () =>
    onBed({}, async (bed) => {
      const { command, asked } = await writeProgram(
        bed,
        `if (what === "present") { console.error("the zone is locked"); Deno.exit(3); }`,
      );
      const issuer = bed.open({ dns01: { command, timeout: 20_000 } });
      const failed = failureOf(await issuer.issue(await wanted(["www.example.com"]), forever));
      assert.equal(failed.kind, "challenge");
      assert.equal(
        failed.message,
        'Cannot make the record "_acme-challenge.www.example.com": the zone is locked',
      );
      assert.deepEqual((await asked()).map((line) => line.split(" ")[1]), ["present", "cleanup"]);
      const plain = failureOf(await bed.open().issue(await wanted(["*.example.com"]), forever));
      assert.equal(plain.kind, "challenge");
      assert.match(
        plain.message,
        /^Cannot prove control over "\*\.example\.com": a wildcard needs a DNS record/,
      );
    }),
});
