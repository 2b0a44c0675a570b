import assert from "node:assert/strict";
import { readJunit } from "./read_junit.ts";

const report = (cases: string) =>
  `<?xml version="1.0"?>\n<testsuites name="deno test">\n<testsuite name="./a_test.ts">${cases}</testsuite></testsuites>`;
const passing = (name: string) =>
  `<testcase name="${name}" classname="./a_test.ts" time="0.1" line="1" col="6">\n</testcase>`;
const failing = (name: string) =>
  `<testcase name="${name}" classname="./a_test.ts" time="0.1"><failure message="x">boom &lt;skipped/&gt;</failure></testcase>`;
const ignored = (name: string) =>
  `<testcase name="${name}" classname="./a_test.ts">\n<skipped/>\n</testcase>`;

Deno.test("readJunit() tells passed, failed and skipped tests apart", () => {
  const { passed, failed, skipped } = readJunit(report(passing("one") + failing("two") + ignored("three")));
  assert.deepEqual(passed, [{ file: "a_test.ts", name: "one" }]);
  assert.deepEqual(failed, [{ file: "a_test.ts", name: "two" }]);
  assert.deepEqual(skipped, [{ file: "a_test.ts", name: "three" }]);
});

Deno.test("readJunit() says which of the failed were cancelled", () => {
  const cancelled = `<testcase name="two" classname="./a_test.ts"><error message="Cancelled"/></testcase>`;
  const report_ = readJunit(report(failing("one") + cancelled));
  assert.deepEqual(report_.failed.map((test) => test.name), ["one", "two"]);
  assert.deepEqual(report_.cancelled, [{ file: "a_test.ts", name: "two" }]);
});

Deno.test("readJunit() counts a test with steps once", () => {
  const { passed, failed } = readJunit(
    report(
      failing("outer") + passing("lone") + passing("outer &gt; first") +
        failing("outer &gt; second &gt; deep"),
    ),
  );
  assert.deepEqual(passed.map((test) => test.name), ["lone"]);
  assert.deepEqual(failed.map((test) => test.name), ["outer"]);
});

Deno.test("readJunit() counts a test whose own name holds an arrow", () => {
  const { passed } = readJunit(report(passing("bytes &gt; facts &gt; verdict")));
  assert.deepEqual(passed.map((test) => test.name), ["bytes > facts > verdict"]);
});

Deno.test("readJunit() gives names back as they were written", () => {
  const { passed } = readJunit(report(passing("&quot;a&quot; &amp;lt; &#38; &#x27;b&apos;")));
  assert.deepEqual(passed.map((test) => test.name), [`"a" &lt; & 'b'`]);
});
