import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { Client, credentials } from "@grpc/grpc-js";
import { HOOK_SERVICE } from "../../lib/xds/mod.ts";
import type { Pair } from "./_bed.ts";

/** A real gRPC client of the hook, on one connection that it keeps. */
export class TlsHookClient {
  readonly #client: Client;

  /** @param pair What it shows; `null` for nothing. */
  constructor(target: string, trust: Uint8Array, pair: Pair | null) {
    const own = pair === null ? [] : [Buffer.from(pair.key), Buffer.from(pair.certificate)];
    this.#client = new Client(target, credentials.createSsl(Buffer.from(trust), ...own), {
      "grpc.use_local_subchannel_pool": 1,
      "grpc.enable_retries": 0,
      "grpc.ssl_target_name_override": "localhost",
      "grpc.default_authority": "localhost",
    });
  }

  /** One hook call with an empty snapshot. @returns empty, or the words of the error. */
  call(): Promise<string> {
    return new Promise((resolve) =>
      this.#client.makeUnaryRequest(
        `/${HOOK_SERVICE}/PostTranslateModify`,
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => bytes,
        Buffer.alloc(0),
        { deadline: Date.now() + 5000 },
        (error) => resolve(error === null ? "" : `${error.code} ${error.details}`),
      )
    );
  }

  /** Gives the connection back. */
  close(): void {
    this.#client.close();
  }
}

/** One call on a connection of its own. @returns empty, or the words of the error. */
export async function callOnce(target: string, trust: Uint8Array, pair: Pair | null): Promise<string> {
  const client = new TlsHookClient(target, trust, pair);
  try {
    return await client.call();
  } finally {
    client.close();
  }
}

/**
 * Connects with the real `openssl s_client`, as an HTTP/2 client.
 *
 * @param args More arguments, e.g. `-tls1_2`.
 * @returns Whether the server began an HTTP/2 session, which it does by sending its settings; and what s_client wrote.
 */
export async function openssl(
  target: string,
  dir: string,
  pair: Pair | null,
  ...args: string[]
): Promise<{ entered: boolean; words: string }> {
  const files: string[] = [];
  if (pair !== null) {
    const name = crypto.randomUUID();
    for (const [option, bytes] of [["cert", pair.certificate], ["key", pair.key]] as const) {
      const path = join(dir, `${name}.${option}`);
      await Deno.writeFile(path, bytes, { mode: 0o600 });
      files.push(`-${option}`, path);
    }
  }
  const child = new Deno.Command("openssl", {
    args: ["s_client", "-connect", target, "-alpn", "h2", ...files, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
  const errors = new Response(child.stderr).text();
  let text = "";
  let entered = false;
  for await (const bytes of child.stdout) {
    text += new TextDecoder("latin1").decode(bytes);
    // A frame header (RFC 9113, 4.1): three bytes of length, type 4 is SETTINGS, no flags, stream 0.
    // deno-lint-ignore no-control-regex
    if (!entered && /\0\0[\0-\xff]\x04\0\0\0\0\0/.test(text) && /Verify return code[^]*---/.test(text)) {
      entered = true;
      // Where a session ticket is to be kept, it has come before.
      await child.stdin.close();
    }
  }
  if (!entered) await child.stdin.close().catch(() => {});
  await child.status;
  clearTimeout(timer);
  return { entered, words: `${text}${await errors}` };
}

/** Where a program of the host is, or `null`. */
export function onPath(program: string): string | null {
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null;
}
