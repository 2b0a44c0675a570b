import type { LocalReply, LocalReplyStatus, Log, ResourceFinding } from "./model/mod.ts";
import { makeLocalReply } from "./mutations/mod.ts";
import type { Config } from "./resources/mod.ts";
import { type FileSet, openFileSet } from "./sources/mod.ts";

/** The page of the local reply as it is now. */
export interface PageView {
  /** `null`: switched off. */
  readonly reply: LocalReply | null;
  readonly status: LocalReplyStatus;
  readonly findings: readonly ResourceFinding[];
}

/** What {@linkcode PolicyPage} is opened with. */
export interface PolicyPageParts {
  readonly watch: Config["watch"];
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Called when something may have changed. */
  readonly onChange: () => void;
}

/** The page that stands in for answers of Envoy itself (`policy.localReply.bodyPath`), looked at all the time. */
export class PolicyPage {
  readonly #path: string | null;
  readonly #file: FileSet | null;
  #content: ReturnType<FileSet["content"]> = null;

  private constructor(path: string | null, parts: PolicyPageParts) {
    this.#path = path;
    this.#file = path === null ? null : openFileSet({
      paths: [path],
      watch: parts.watch,
      log: parts.log,
      clock: parts.clock,
      fits: () => true,
      onLook: () => {
        const content = this.#file?.content() ?? null;
        if (content === this.#content) return;
        this.#content = content;
        parts.onChange();
      },
    });
  }

  /**
   * Begins to watch; resolves when the page was looked at once.
   *
   * @param path The file; `null` where there is none, and then nothing is watched.
   */
  static async open(path: string | null, parts: PolicyPageParts): Promise<PolicyPage> {
    const page = new PolicyPage(path, parts);
    await page.#file?.first;
    return page;
  }

  /** The reply with what the file holds now, or with the built-in page. */
  view({ enabled, contentType, minStatusCode, runtimeKey }: Config["policy"]["localReply"]): PageView {
    if (!enabled) return { reply: null, status: { page: "off", problem: "" }, findings: [] };
    const settings = { contentType, minStatusCode, runtimeKey };
    const found = this.#read();
    const text = "text" in found ? found.text : null;
    const made = makeLocalReply(text, settings);
    const problem = "problem" in found ? found.problem : made.problem;
    const page = problem === "" && text !== null ? "file" as const : "built-in" as const;
    if (problem === "" || this.#path === null) {
      return { reply: made.reply, status: { page, problem: "" }, findings: [] };
    }
    const finding = {
      place: { file: this.#path, line: 0, column: 0 },
      message: `Cannot use the page ${JSON.stringify(this.#path)} for the local reply: ${problem}`,
      hint: "the page that is built in stands in until it is repaired",
    };
    return { reply: made.reply, status: { page, problem }, findings: [finding] };
  }

  #read(): { readonly text: string | null } | { readonly problem: string } {
    const content = this.#file?.content() ?? null;
    if (content === null) return { text: null };
    return "problem" in content ? content : { text: new TextDecoder().decode(content.files[0]) };
  }

  /** Ends the watching. */
  async stop(): Promise<void> {
    await this.#file?.stop();
  }
}
