import assert from "node:assert/strict";
import { join } from "node:path";
import { findGroup, probeSocket, publishSocket } from "./unix_socket.ts";

Deno.test("probeSocket() tells absent, live, stale and other apart", async () => {
  const dir = await Deno.makeTempDir();
  const path = join(dir, "a.sock");
  assert.equal(await probeSocket(path), "absent");
  const listener = Deno.listen({ transport: "unix", path });
  const accepted = listener.accept().then(async (connection) => {
    await connection.write(new Uint8Array(1));
    return connection;
  });
  assert.equal(await probeSocket(path), "live");
  (await accepted).close();
  // The kernel takes connections for a socket that nobody looks after, too.
  assert.equal(await probeSocket(path, 50), "stale");
  const moved = join(dir, "b.sock");
  await publishSocket(path, moved);
  assert.equal((await Deno.stat(moved)).mode! & 0o777, 0o660);
  listener.close();
  assert.equal(await probeSocket(moved), "stale");
  await Deno.writeTextFile(path, "");
  assert.equal(await probeSocket(path), "other");
  await Deno.remove(dir, { recursive: true });
});

Deno.test("findGroup() knows names and numbers", async () => {
  assert.equal(await findGroup("0"), 0);
  assert.equal(await findGroup("root"), 0);
  assert.equal(await findGroup("no-such-group"), undefined);
});
