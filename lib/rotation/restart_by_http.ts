import type { DependentInstance } from "../resources/mod.ts";
import { askHttp, connects } from "./ask_local.ts";
import type { RestartMethod } from "./restart_method.ts";

/**
 * An address on this host that restarts or reloads who listens there. The request says for which authority it is
 * (`certgate-ca`): it may come twice where certgate is killed before the answer is written down.
 */
export function restartByHttp({ url, method }: NonNullable<DependentInstance["http"]>): RestartMethod {
  const { hostname, port } = new URL(url);
  const address = { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 80) };
  return {
    instance: `http:${url}`,
    async look(timeoutMs) {
      const answer = await connects(address, timeoutMs);
      if (answer === "open") return { state: "up", identity: null, reason: "Restarted", detail: "" };
      if (answer === "closed") {
        return { state: "absent", identity: null, reason: "NobodyListens", detail: url };
      }
      return { state: "unknown", identity: null, reason: "TimedOut", detail: url };
    },
    async restart(timeoutMs, { dependent, fingerprint }) {
      const headers = { "certgate-ca": fingerprint, "certgate-dependent": dependent };
      const answer = await askHttp(url, { method, headers, timeoutMs });
      if (answer.kind === "nobody") return { kind: "absent", reason: "NobodyListens", detail: url };
      if (answer.kind === "silent") return { kind: "failed", reason: "TimedOut", detail: answer.detail };
      if (answer.kind === "broken") return { kind: "failed", reason: "RequestFailed", detail: answer.detail };
      if (answer.status >= 200 && answer.status < 300) return { kind: "done" };
      return { kind: "failed", reason: "RequestFailed", detail: `HTTP status ${answer.status}` };
    },
  };
}
