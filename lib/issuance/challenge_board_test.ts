import assert from "node:assert/strict";
import type { HttpChallenge } from "../model/mod.ts";
import { type ChallengeBoard, openChallengeBoard } from "./challenge_board.ts";

const forever = new AbortController().signal;

function challengeOf(token: string): HttpChallenge {
  return { hostname: "www.example.com", token, keyAuthorization: `${token}.print`, owner: "shop/edge" };
}

/** A listener of this host; what it answers is decided by the test. */
function listen(answer: (request: Request) => Response): { address: string } & AsyncDisposable {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  return {
    address: `127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Resolves at the next change of the list. */
function changed(board: ChallengeBoard): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const undo = board.onChange(() => {
    undo();
    resolve();
  });
  return promise;
}

Deno.test("present() waits until the right answer comes from the right name", async () => {
  const asked: string[] = [];
  const answers = [
    new Response("not yet", { status: 404 }),
    new Response("another one"),
    new Response("t1.print\n"),
  ];
  await using server = listen((request) => {
    asked.push(`${request.headers.get("host")} ${new URL(request.url).pathname}`);
    return answers[asked.length - 1];
  });
  const board = openChallengeBoard({ address: () => server.address });
  const change = changed(board);
  const shown = board.present(challengeOf("t1"), forever);
  await change;
  assert.deepEqual(board.list(), [challengeOf("t1")]);
  assert.equal(await shown, null);
  assert.deepEqual([...new Set(asked)], ["www.example.com /.well-known/acme-challenge/t1"]);
  assert.equal(asked.length, 3);
  const gone = changed(board);
  board.withdraw(challengeOf("t1"));
  await gone;
  assert.deepEqual(board.list(), []);
});

Deno.test("present() says in time what kept the answer away", async () => {
  await using server = listen(() => new Response("no", { status: 503 }));
  const url = "http://www.example.com/.well-known/acme-challenge/t1";
  const board = openChallengeBoard({ address: () => server.address, timeout: 150 });
  assert.equal(await board.present(challengeOf("t1"), forever), `${url}: it answers with HTTP status 503`);
  const nobody = openChallengeBoard({ address: () => "127.0.0.9:1", timeout: 150 });
  assert.equal(await nobody.present(challengeOf("t1"), forever), `${url}: nobody listens there`);
  assert.equal(await board.present(challengeOf("t1"), AbortSignal.abort()), `${url}: no time left`);
});

Deno.test("present() ends at once when the proof is refused or the attempt is stopped", async () => {
  const never = Promise.withResolvers<void>();
  await using server = listen(() => new Response(ReadableStream.from(slow(never.promise))));
  const board = openChallengeBoard({ address: () => server.address });
  const refused = board.present(challengeOf("t1"), forever);
  board.refuse(challengeOf("t1"), "no listener of the gateway takes HTTP");
  assert.equal(await refused, "no listener of the gateway takes HTTP");
  // A new order begins anew.
  board.withdraw(challengeOf("t1"));
  const stop = new AbortController();
  const stopped = board.present(challengeOf("t1"), stop.signal);
  stop.abort();
  assert.match((await stopped)!, /no time left$/);
  board.refuse(challengeOf("unknown"), "nobody waits for it");
  never.resolve();
});

async function* slow(until: Promise<void>): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode("t");
  await until;
}

Deno.test("withdraw() takes a proof down when its last holder is done", async () => {
  await using server = listen((request) =>
    new Response(`${new URL(request.url).pathname.split("/").at(-1)}.print`)
  );
  const board = openChallengeBoard({ address: () => server.address });
  let changes = 0;
  const undo = board.onChange(() => void changes++);
  const both = await Promise.all([1, 2].map(() => board.present(challengeOf("t1"), forever)));
  assert.deepEqual(both, [null, null]);
  assert.equal(changes, 1);
  board.withdraw(challengeOf("t1"));
  assert.equal(board.list().length, 1);
  board.withdraw(challengeOf("t1"));
  board.withdraw(challengeOf("t1"));
  assert.deepEqual([board.list().length, changes], [0, 2]);
  undo();
  await board.present(challengeOf("t2"), forever);
  assert.equal(changes, 2);
});

Deno.test("present() reads no more than an answer may have", async () => {
  await using server = listen(() => new Response("x".repeat(100_000)));
  const board = openChallengeBoard({ address: () => server.address, timeout: 100 });
  assert.match((await board.present(challengeOf("t1"), forever))!, /more than 4096 bytes$/);
});
