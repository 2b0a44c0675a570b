/** What the thread is told. */
export type WatchOrder =
  | { readonly kind: "watch"; readonly client: number; readonly directories: ReadonlyMap<string, string> }
  | { readonly kind: "close"; readonly client: number }
  | { readonly kind: "ping" };

/** What the thread says. */
export type WatchNews =
  | { readonly kind: "hint"; readonly client: number }
  | { readonly kind: "watching"; readonly client: number; readonly watching: boolean }
  | {
    readonly kind: "log";
    readonly level: "debug" | "warn";
    readonly sentence: string;
    readonly fields: Readonly<Record<string, unknown>>;
  }
  | { readonly kind: "pong" };
