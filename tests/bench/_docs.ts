import { cpus } from "node:os";

/**
 * Puts figures, with the machine they are of, between the marks of docs/performance.md.
 *
 * @param mark `<!-- bench MARK -->` and `<!-- /bench MARK -->` stand around them.
 */
export async function writeFigures(mark: string, text: string): Promise<void> {
  const file = new URL("../../docs/performance.md", import.meta.url);
  const before = await Deno.readTextFile(file);
  const model = cpus()[0]?.model.trim();
  const machine = `Measured on ${cpus().length} cores (${model}), Linux ${Deno.osRelease()}, ` +
    `Deno ${Deno.version.deno}.`;
  const marks = new RegExp(`(<!-- bench ${mark} -->\n)[\\s\\S]*(<!-- /bench ${mark} -->)`);
  if (!marks.test(before)) throw new Error(`Cannot find the marks "bench ${mark}" in docs/performance.md`);
  await Deno.writeTextFile(
    file,
    before.replace(marks, (_, open, close) => `${open}\n${machine}\n\n${text}\n\n${close}`),
  );
}
