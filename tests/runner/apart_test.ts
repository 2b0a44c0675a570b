import assert from "node:assert/strict";
import { apart } from "./apart.ts";

Deno.test({
  name: "apart() gives a program a loopback network of its own",
  ignore: apart().length === 0,
  async fn() {
    const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const script = `Deno.listen({ hostname: "127.0.0.1", port: ${
      (taken.addr as Deno.NetAddr).port
    } }).close()`;
    const [program, ...args] = [...apart(), Deno.execPath(), "eval", "--no-config", script];
    const { success, stderr } = await new Deno.Command(program, { args, stderr: "piped" }).output();
    taken.close();
    assert.ok(success, new TextDecoder().decode(stderr));
  },
});
