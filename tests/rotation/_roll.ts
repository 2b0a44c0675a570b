/**
 * Restarts two units once, and is killed by the kernel at a fault point: `FOLDER FINGERPRINT POINT`, where POINT counts from 0 and
 * -1 is none. Prints the name of each point.
 */
import { restartDependents } from "../../lib/rotation/restart_dependents.ts";
import { FakeLog } from "../fakes/fake_log.ts";

const [folder, fingerprint, point] = Deno.args;
let left = Number(point);
// Written out: the reader of configurations takes longer to load than all of this to run.
const unit = (name: string) => ({
  systemd: { unit: name, action: "restart" as const },
  timeout: 30_000,
});
await restartDependents([{ name: "limit", instances: [unit("a.service"), unit("b.service")] }], {
  fingerprint,
  stateDir: `${folder}/state`,
  log: new FakeLog(),
  clock: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, 20))),
  programs: { systemctl: `${folder}/systemctl`, kill: "/usr/bin/kill" },
  at: (name) => {
    console.log(name);
    if (left-- === 0) Deno.kill(Deno.pid, "SIGKILL");
  },
});
