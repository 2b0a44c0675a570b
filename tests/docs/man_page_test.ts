import assert from "node:assert/strict";
import { describeProgram } from "../../lib/cli/mod.ts";
import { fullName, shownCommands } from "../../lib/cli/command_help.ts";
import { renderManPage } from "../../lib/cli/render_man_page.ts";
import { onPath, runWith } from "./_programs.ts";

const page = renderManPage(describeProgram(), { version: "1.2.3", date: "2026-11-21" });

Deno.test("renderManPage() has every section in its order", () => {
  const sections = [...page.matchAll(/^\.SH (.*)$/gm)].map(([, name]) => name);
  assert.deepEqual(
    sections,
    "NAME,SYNOPSIS,DESCRIPTION,COMMANDS,OPTIONS,FILES,ENVIRONMENT,SIGNALS,EXIT STATUS,EXAMPLES,SEE ALSO"
      .split(","),
  );
  assert.match(page, /^\.TH CERTGATE 1 "2026-11-21" "certgate 1\.2\.3" /);
});

Deno.test("renderManPage() has every command with its options and exit codes", () => {
  const chapters = page.slice(page.indexOf(".SH COMMANDS"), page.indexOf(".SH OPTIONS")).split(/^\.SS /m);
  const leaves = shownCommands(describeProgram()).flatMap((one) => {
    const below = shownCommands(one);
    return below.length > 0 ? below : [one];
  });
  for (const command of leaves) {
    const start = `"${fullName(command).replaceAll("-", "\\-")} [options]`;
    const chapter = chapters.find((text) => text.startsWith(start));
    assert(chapter !== undefined, start);
    assert.match(chapter, /^Exit status: 0 /m, start);
    for (const { long } of command.options.filter(({ hidden }) => !hidden)) {
      assert(chapter.includes(long!.replaceAll("-", "\\-")), `${start} ${long}`);
    }
  }
});

Deno.test("renderManPage() leaves nothing that roff could take for a request or lose", () => {
  const requests = /^\.(TH|SH|SS|PP|TP|B|BR|nf|fi|RS|RE)\b/;
  for (const line of page.split("\n")) {
    assert(!/^['.]/.test(line) || requests.test(line), line);
    assert(!/\\(?![-e(&[])/.test(line), line);
    assert(!/\P{ASCII}/u.test(line), line);
  }
});

for (
  const [program, args] of [
    ["man", ["--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z"]],
    ["mandoc", ["-Tlint"]],
  ] as const
) {
  Deno.test(`renderManPage() gives ${program} nothing to complain about`, {
    ignore: onPath(program) === null,
  }, async () => {
    const file = await Deno.makeTempFile({ suffix: ".1" });
    try {
      await Deno.writeTextFile(file, page);
      const { code, stdout, stderr } = await runWith(program, [...args, file]);
      assert.deepEqual([code, stderr, program === "mandoc" ? stdout : ""], [0, "", ""]);
    } finally {
      await Deno.remove(file);
    }
  });
}
