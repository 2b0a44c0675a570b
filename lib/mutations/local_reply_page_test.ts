import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BUILT_IN_PAGE,
  checkPage,
  escapePage,
  findBarePercent,
  makeLocalReply,
  PAGE_OPERATORS,
} from "./local_reply_page.ts";

const settings = { contentType: "text/html", minStatusCode: 500, runtimeKey: "key" };

Deno.test("escapePage() doubles what is no operator and leaves what is one", () => {
  const cases: Record<string, string> = {
    "width: 100%": "width: 100%%",
    "100%%": "100%%",
    "%": "%%",
    "%%%": "%%%%",
    "%RESPONSE_CODE%": "%RESPONSE_CODE%",
    "%RESPONSE_CODE_DETAILS%": "%RESPONSE_CODE_DETAILS%",
    "%START_TIME(%Y-%m-%d %H:%M:%S UTC)%": "%START_TIME(%Y-%m-%d %H:%M:%S UTC)%",
    "%START_TIME(%s)%": "%%START_TIME(%%s)%%",
    "%REQ(:path)%": "%%REQ(:path)%%",
    "50%%RESPONSE_CODE%": "50%%RESPONSE_CODE%%",
    "%response_code%": "%%response_code%%",
    "none": "none",
    "": "",
  };
  for (const [page, escaped] of Object.entries(cases)) assert.equal(escapePage(page), escaped, page);
});

// Contract: whatever the page, its escaped form has no bare percent sign, and escaping it again changes nothing.
Deno.test("escapePage() leaves no bare percent sign and is idempotent", () => {
  const part = fc.oneof(fc.constantFrom("%", "%%", "x", "RESPONSE_CODE%", ...PAGE_OPERATORS), fc.string());
  fc.assert(fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
    const escaped = escapePage(parts.join(""));
    assert.equal(findBarePercent(escaped), -1);
    assert.equal(escapePage(escaped), escaped);
  }));
});

Deno.test("findBarePercent() says where", () => {
  assert.equal(findBarePercent("a%%b%RESPONSE_CODE%c%"), 20);
  assert.equal(findBarePercent("100%"), 3);
  assert.equal(findBarePercent("100%%"), -1);
});

Deno.test("checkPage() says what speaks against a page", () => {
  assert.equal(checkPage("<p>100%</p>"), "");
  assert.match(checkPage(" \n"), /empty/);
  assert.match(checkPage("x".repeat(64 * 1024 + 1)), /too many/);
  assert.match(checkPage("a\0b"), /NUL/);
  assert.match(checkPage("a\ufffdb"), /UTF-8/);
});

Deno.test("makeLocalReply() puts the built-in page in place of one that cannot be used, and says why", () => {
  const own = makeLocalReply("<style>p { width: 100% }</style>", settings);
  assert.deepEqual(own, { reply: { ...settings, body: "<style>p { width: 100%% }</style>" }, problem: "" });
  assert.deepEqual(makeLocalReply(null, settings), {
    reply: { ...settings, body: escapePage(BUILT_IN_PAGE) },
    problem: "",
  });
  const empty = makeLocalReply("", settings);
  assert.equal(empty.reply.body, escapePage(BUILT_IN_PAGE));
  assert.match(empty.problem, /empty/);
});

Deno.test("BUILT_IN_PAGE has a percent sign of its own, fetches nothing and can be used", () => {
  assert.equal(checkPage(BUILT_IN_PAGE), "");
  assert.ok(BUILT_IN_PAGE.includes("100%"));
  assert.doesNotMatch(BUILT_IN_PAGE, /https?:|src=|href=|url\(/);
  assert.ok(BUILT_IN_PAGE.length < 2048);
});
