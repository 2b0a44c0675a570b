import { FakeLog } from "./fake_log.ts";
import { QUICK } from "./open_test_sources.ts";
import { openTexts, type Texts } from "../../lib/sources/mod.ts";

/** Opens a tree in a directory of its own; `until` resolves once the texts are as wanted. */
export function openTestTexts(fill: (root: string) => void) {
  const root = Deno.makeTempDirSync();
  fill(root);
  let check = () => {};
  const texts: Texts = openTexts({
    directory: `${root}/tree`,
    watch: QUICK,
    log: new FakeLog(),
    clock: Date.now,
    onChange: () => check(),
  });
  const shown = () =>
    [...texts.texts()].map(([path, text]) =>
      `${path.slice(root.length)} ${"text" in text ? text.text : text.problem.replaceAll(root, "")}`
    );
  const until = (wanted: string[]) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new Error(`Cannot wait any longer: ${shown()}`)), 10_000);
    check = () => shown().join("\n") === wanted.join("\n") && resolve();
    check();
    return promise.finally(() => clearTimeout(timer));
  };
  const close = async () => {
    await texts.stop();
    Deno.removeSync(root, { recursive: true });
  };
  return { root, texts, shown, until, [Symbol.asyncDispose]: close };
}
