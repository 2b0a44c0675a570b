/**
 * certgate with a fault that can be switched on: SIGUSR2 makes the server answer no health question any more, and again
 * lets it answer; a call of PostRouteModify never ends, and takes the whole thread with it.
 */
import type { Server } from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";
import { runCommandLine } from "../../lib/cli/mod.ts";
import { CallsUnderWay } from "../../lib/server/mod.ts";

type AddService = Server["addService"];
type Check = (call: unknown, reply: unknown) => void;

let silent = false;
Deno.addSignalListener("SIGUSR2", () => silent = !silent);

const addToServer = HealthImplementation.prototype.addToServer;
HealthImplementation.prototype.addToServer = function (server) {
  const addService: AddService = (service, handlers) => {
    const check = handlers.check as unknown as Check;
    const faulty: Check = (call, reply) => silent || check(call, reply);
    server.addService(service as never, { ...handlers, check: faulty as never });
  };
  addToServer.call(this, { addService } as Server);
};

if (Deno.env.get("HANG") === "handler") {
  CallsUnderWay.prototype.begin = () => {
    for (;;);
  };
}

// deno-lint-ignore certgate/exit
Deno.exit(await runCommandLine(Deno.args));
