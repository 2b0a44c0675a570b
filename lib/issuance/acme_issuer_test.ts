import assert from "node:assert/strict";
import type { HttpChallenge } from "../model/mod.ts";
import { FakeAcme, type FakeAsk, json, problem } from "./_test_acme.ts";
import { openAcmeIssuer } from "./acme_issuer.ts";
import type { AcmeConfig } from "./acme_server.ts";
import { keptLog, NOW, requestOf } from "./_test_request.ts";
import type { Issuer, IssueRequest, IssueResult } from "./issuer.ts";

const forever = new AbortController().signal;
const HOUR = 3_600_000;

interface Scene {
  readonly acme: FakeAcme;
  readonly issuer: Issuer;
  /** Proofs that are in their place. */
  readonly presented: Set<HttpChallenge>;
  /** What keeps proofs from being answered. */
  refusal: string | null;
}

async function onScene(body: (scene: Scene) => Promise<void>, more: Partial<AcmeConfig> = {}): Promise<void> {
  const stateDir = await Deno.makeTempDir();
  const acme = await FakeAcme.start();
  const presented = new Set<HttpChallenge>();
  const section = {
    server: acme.server,
    acceptTerms: true as const,
    renewalInfo: true,
    timeout: 20_000,
    ...more,
  };
  const scene: Scene = {
    acme,
    presented,
    refusal: null,
    issuer: openAcmeIssuer({ name: "test", kind: "ClusterIssuer", group: "cert-manager.io", acme: section }, {
      log: keptLog(),
      clock: () => NOW,
      stateDir,
      fetch: acme.fetch,
      challenges: {
        present(challenge) {
          presented.add(challenge);
          return Promise.resolve(scene.refusal);
        },
        withdraw: (challenge) => void presented.delete(challenge),
      },
    }),
  };
  try {
    await body(scene);
    assert.equal(presented.size, 0);
  } finally {
    await scene.issuer.close!();
    await Deno.remove(stateDir, { recursive: true });
  }
}

function failureOf(result: IssueResult): Extract<IssueResult, { ok: false }> {
  assert.ok(!result.ok, "a certificate was issued");
  return result;
}

/** Keeps what is handed out. */
function kept(request: IssueRequest): { request: IssueRequest; progress: string[] } {
  const progress: string[] = [];
  const onProgress = (text: string) => Promise.resolve(void progress.push(text));
  return { request: { ...request, onProgress }, progress };
}

const at = (path: string, answer: (ask: FakeAsk) => Response | Promise<Response>) => (ask: FakeAsk) =>
  ask.path === path ? answer(ask) : null;

Deno.test("openAcmeIssuer() asks for a certificate in as few requests as there can be", () =>
  onScene(async ({ acme, issuer }) => {
    assert.equal(acme.asks.length, 0);
    const result = await issuer.issue(await requestOf(), forever);
    assert.ok(result.ok, JSON.stringify(result));
    assert.equal(result.ca, null);
    const paths = "dir nonce account new-order authorization/0/0 challenge/0/0 order/0 finalize/0 order/0";
    assert.equal(acme.asks.map(({ path }) => path).join(" "), `${paths} certificate/0`);
    assert.ok((await issuer.issue(await requestOf(), forever)).ok);
    assert.deepEqual(["dir", "nonce", "account"].map((path) => acme.count(path)), [1, 1, 1]);
  }));

Deno.test("openAcmeIssuer() hands on when a limited server wants to be asked again, at every step", async () => {
  for (
    const path of ["dir", "nonce", "account", "new-order", "authorization/0/0", "challenge/0/0", "finalize/0"]
  ) {
    await onScene(async ({ acme, issuer }) => {
      acme.instead = at(path, () => problem("rateLimited", 429, { "retry-after": "7200" }));
      const failed = failureOf(await issuer.issue(await requestOf(), forever));
      assert.deepEqual([failed.kind, failed.retryAt], ["rateLimited", NOW + 2 * HOUR], path);
      assert.match(
        failed.message,
        /^Cannot get a certificate of "acme\.example": rateLimited: the server says/,
      );
      assert.equal(acme.count(path), 1);
    });
  }
});

Deno.test("openAcmeIssuer() gives up in time where a server does not answer, at every step", async () => {
  for (const path of ["dir", "account", "new-order", "challenge/0/0", "certificate/0"]) {
    await onScene(async ({ acme, issuer }) => {
      acme.instead = at(path, (ask) => {
        const { promise, reject } = Promise.withResolvers<Response>();
        ask.signal!.addEventListener("abort", () => reject(ask.signal!.reason));
        return promise;
      });
      const failed = failureOf(await issuer.issue(await requestOf(), forever));
      assert.equal(failed.kind, "late", path);
      assert.match(failed.message, /^Cannot get a certificate of "acme\.example" in 400 ms/);
      // Stopping the agent does not wait for the limit.
      const stop = new AbortController();
      const stopped = issuer.issue(await requestOf(), stop.signal);
      stop.abort();
      assert.equal(failureOf(await stopped).kind, "late");
    }, { timeout: 400 });
  }
});

Deno.test("openAcmeIssuer() stops waiting for an order that does not get on", () =>
  onScene(async ({ acme, issuer }) => {
    acme.instead = at("order/0", () => json({ status: "pending", authorizations: [], finalize: "x" }));
    const failed = failureOf(await issuer.issue(await requestOf(), forever));
    assert.equal(failed.kind, "late");
    assert.match(failed.message, /the order is pending$/);
  }, { timeout: 700 }));

Deno.test("openAcmeIssuer() repeats requests whose number was refused, but not for ever", () =>
  onScene(async ({ acme, issuer }) => {
    let left = 3;
    acme.instead = at("new-order", () => left-- > 0 ? problem("badNonce", 400) : null as unknown as Response);
    assert.ok((await issuer.issue(await requestOf(), forever)).ok);
    acme.instead = at("new-order", () => problem("badNonce", 400));
    const before = acme.count("new-order");
    const failed = failureOf(await issuer.issue(await requestOf(), forever));
    assert.equal(failed.kind, "unreachable");
    assert.equal(acme.count("new-order") - before, 11);
  }));

Deno.test("openAcmeIssuer() goes on with an order that was finalized before a crash, for the same request only", () =>
  onScene(async ({ acme, issuer }) => {
    const { request, progress } = kept(await requestOf());
    acme.instead = at(
      "order/0",
      () => acme.orders[0].status === "valid" ? json({}, 500) : null as unknown as Response,
    );
    assert.equal(failureOf(await issuer.issue(request, forever)).kind, "unreachable");
    acme.instead = () => null;
    assert.equal(progress.length, 2);
    const other = { ...await requestOf(), progress: progress[1] };
    assert.ok((await issuer.issue(other, forever)).ok);
    assert.equal(acme.orders.length, 2);
    const again = await issuer.issue({ ...request, progress: progress[1] }, forever);
    assert.ok(again.ok, JSON.stringify(again));
    assert.equal(acme.orders.length, 2);
    assert.equal(acme.count("finalize/0"), 1);
  }));

Deno.test("openAcmeIssuer() makes a new order where the old one is gone or nonsense was kept, and not where the server is away", () =>
  onScene(async ({ acme, issuer }) => {
    const { request, progress } = kept(await requestOf());
    assert.ok((await issuer.issue(request, forever)).ok);
    acme.instead = at("order/0", () => problem("serverInternal", 500));
    const away = failureOf(await issuer.issue({ ...request, progress: progress[0] }, forever));
    assert.deepEqual([away.kind, acme.orders.length], ["unreachable", 1]);
    acme.instead = at("order/0", () => problem("malformed", 404));
    assert.ok((await issuer.issue({ ...request, progress: progress[0] }, forever)).ok);
    assert.equal(acme.orders.length, 2);
    for (
      const nonsense of ["", "{", "[]", "7", '{"order":"x"}', '{"order":"https://a/","account":"https://b/"}']
    ) {
      assert.ok((await issuer.issue({ ...request, progress: nonsense }, forever)).ok);
    }
    assert.equal(acme.orders.length, 8);
  }));

Deno.test("openAcmeIssuer() does not ask where a proof cannot be answered, and takes back what is in its place", () =>
  onScene(async (scene) => {
    scene.refusal = "no listener takes HTTP";
    const failed = failureOf(
      await scene.issuer.issue(await requestOf({ dnsNames: ["a.example", "b.example"] }), forever),
    );
    assert.equal(failed.kind, "challenge");
    assert.match(failed.message, /^Cannot prove control over "[ab]\.example": no listener takes HTTP$/);
    assert.equal(scene.acme.count("challenge/0/0") + scene.acme.count("challenge/0/1"), 0);
  }));

Deno.test("openAcmeIssuer() refuses what is no answer of an ACME server, and follows nobody elsewhere", async () => {
  const answers: Record<string, () => Response> = {
    page: () => new Response("<html>", { headers: { "content-type": "text/html" } }),
    list: () => json([]),
    torn: () => new Response('{"newNonce', { headers: { "content-type": "application/json" } }),
    elsewhere: () => new Response(null, { status: 302, headers: { location: "https://other.example/dir" } }),
  };
  for (const [name, answer] of Object.entries(answers)) {
    await onScene(async ({ acme, issuer }) => {
      acme.instead = at("dir", answer);
      const { kind } = failureOf(await issuer.issue(await requestOf(), forever));
      assert.ok(["badAnswer", "unreachable", "refused"].includes(kind), `${name}: ${kind}`);
      assert.equal(acme.asks.length, 1);
    });
  }
});

Deno.test("openAcmeIssuer() refuses a certificate for another key or other names", () =>
  onScene(async ({ acme, issuer }) => {
    assert.ok((await issuer.issue(await requestOf(), forever)).ok);
    const { certificate } = acme.orders[0];
    acme.instead = at("certificate/1", () =>
      new Response(certificate as Uint8Array<ArrayBuffer>, {
        headers: { "content-type": "application/pem-certificate-chain" },
      }));
    assert.equal(failureOf(await issuer.issue(await requestOf(), forever)).kind, "badAnswer");
  }));

Deno.test("openAcmeIssuer() says what is replaced only where the server wants to know", () =>
  onScene(async ({ acme, issuer }) => {
    const first = await issuer.issue(await requestOf(), forever);
    assert.ok(first.ok);
    acme.instead = ({ path, payload }) =>
      path === "new-order" && payload!.replaces !== undefined ? problem("alreadyReplaced", 409) : null;
    assert.ok((await issuer.issue({ ...await requestOf(), previous: first.chain }, forever)).ok);
    const replaced = acme.asks.filter(({ path }) => path === "new-order").map(({ payload }) =>
      payload!.replaces
    );
    assert.deepEqual([replaced[0], replaced[2]], [undefined, undefined]);
    assert.match(replaced[1] as string, /^[\w-]+\.[\w-]+$/);
  }));

Deno.test("openAcmeIssuer() asks nobody for what ACME has no word for", () =>
  onScene(async ({ acme, issuer }) => {
    const mail = await requestOf({ emailAddresses: ["a@example.com"] });
    assert.equal(failureOf(await issuer.issue(mail, forever)).kind, "refused");
    assert.equal(
      failureOf(await issuer.issue(await requestOf({ dnsNames: ["*.example.com"] }), forever)).kind,
      "challenge",
    );
    assert.equal(acme.count("new-order"), 0);
  }));
