import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { FakeLog } from "../../../tests/fakes/fake_log.ts";
import { fakeMetrics } from "../../../tests/fakes/fake_metrics.ts";
import { Heard } from "../../../tests/fakes/sds_scene.ts";
import { SdsDesk } from "./_sds_desk.ts";
import { SdsCalls } from "./_sds_service.ts";
import { SdsBook } from "./sds_book.ts";

/** A call without a connection. */
class FakeCall extends EventEmitter {
  readonly errors: { readonly code: number }[] = [];

  constructor() {
    super();
    this.on("error", (error) => this.errors.push(error));
  }
}

Deno.test("SdsCalls ends every stream, and each that comes later", () => {
  const [book, events, log, metrics] = [new SdsBook(), new Heard(), new FakeLog(), fakeMetrics()];
  const desk = new SdsDesk({ book, events, log, metrics, clock: () => 0 });
  const calls = new SdsCalls(desk);
  const [before, after] = [new FakeCall(), new FakeCall()];
  calls.handlers.DeltaSecrets(before as never, undefined as never);
  assert.deepEqual(before.errors, []);
  calls.end();
  // An Envoy comes again at once, on the connection that it has.
  calls.handlers.StreamSecrets(after as never, undefined as never);
  assert.deepEqual([...before.errors, ...after.errors].map(({ code }) => code), [14, 14]);
  desk.close();
});
