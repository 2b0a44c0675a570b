import assert from "node:assert/strict";
import { inDirectory } from "../../tests/fakes/in_directory.ts";
import { makeLink } from "./make_link.ts";
import { LN } from "./permitted.ts";

async function makesLinks(directory: string): Promise<void> {
  await makeLink("../nowhere", `${directory}/a link`);
  assert.equal(await Deno.readLink(`${directory}/a link`), "../nowhere");
  await assert.rejects(makeLink("x", `${directory}/a link`), /exists/);
  await Deno.mkdir(`${directory}/folder`);
  await assert.rejects(makeLink("x", `${directory}/folder`), /exists/);
  await assert.rejects(makeLink("x", `${directory}/none/link`), /No such file/);
}

Deno.test("makeLink() makes a link where nothing stands", () => inDirectory(makesLinks));

Deno.test("makeLink() makes it by ln where the runtime may not write everywhere", {
  permissions: { read: true, write: ["/tmp"], run: [LN] },
  ignore: !(await Deno.stat(LN).then(() => true, () => false)) || !!Deno.env.get("TMPDIR"),
}, async () => {
  await inDirectory(makesLinks);
});

Deno.test("makeLink() says what is not permitted where it may not even run ln", {
  permissions: { read: true, write: ["/tmp"], run: false },
}, async () => {
  await assert.rejects(
    makeLink("x", "/tmp/certgate-no-link"),
    /^Error: Cannot make the link "\/tmp\/certgate-no-link": this binary has no run access to "\/usr\/bin\/ln"$/,
  );
});
