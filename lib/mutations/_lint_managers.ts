import type { LocalReply, PolicyStep, WafFilter } from "../model/mod.ts";
import type { HttpManagerView, Snapshot } from "../xds/mod.ts";
import { findBarePercent } from "./local_reply_page.ts";

type ManagerStep = Extract<
  PolicyStep,
  { readonly kind: "insert_waf_filter" | "set_local_reply" | "fail_http_manager" }
>;

/** Looks at steps of HTTP connection managers; they mostly come in the order of the managers. */
export class ManagerLint {
  readonly #managers: readonly HttpManagerView[];
  #next = 0;
  #reply: LocalReply | null = null;

  /** Looks at nothing yet. */
  constructor({ httpManagers }: Snapshot) {
    this.#managers = httpManagers;
  }

  /** @returns in words what is wrong with a step; empty if nothing is. */
  check(step: ManagerStep): string {
    const manager = this.#find(step);
    if (manager === undefined || manager.listenerName !== step.listenerName) {
      return `the listener "${step.listenerName}" has no such HTTP connection manager`;
    }
    if (step.kind === "insert_waf_filter") return lintFilter(step.waf, manager);
    return step.kind === "set_local_reply" ? this.#checkReply(step.reply) : "";
  }

  #find(step: ManagerStep): HttpManagerView | undefined {
    for (let tried = 0; tried < this.#managers.length; tried++) {
      const one = this.#managers[this.#next++ % this.#managers.length];
      if (one.listener === step.listener && one.chain === step.chain && one.filter === step.filter) {
        return one;
      }
    }
    return undefined;
  }

  #checkReply(reply: LocalReply): string {
    // One page for all managers: what was fine at the first is fine.
    const problem = reply === this.#reply ? "" : lintReply(reply);
    if (problem === "") this.#reply = reply;
    return problem;
  }
}

function lintFilter(waf: WafFilter, { httpFilters }: HttpManagerView): string {
  for (const part of ["filterName", "pluginName", "libraryId", "libraryPath"] as const) {
    if (waf[part] === "") return `${part} of the filter is empty`;
  }
  // Envoy wants a terminal filter last, and this one is none.
  if (httpFilters.length === 0) return `no filter stands behind "${waf.filterName}"`;
  return httpFilters.includes(waf.filterName) ? `the filter "${waf.filterName}" would be there twice` : "";
}

function lintReply({ body, contentType, minStatusCode, runtimeKey }: LocalReply): string {
  const at = findBarePercent(body);
  if (at >= 0) return `a "%" at position ${at} of the page is no operator`;
  if (body === "") return "the page is empty";
  if (runtimeKey === "") return "the runtime key is empty";
  if (/[\r\n]/.test(contentType)) return "the content type has a line break in it";
  return minStatusCode >= 100 && minStatusCode <= 599 ? "" : `there is no status ${minStatusCode}`;
}
