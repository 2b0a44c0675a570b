import assert from "node:assert/strict";
import { KeyMaterial } from "../model/mod.ts";
import { readAuthority, signRequest } from "../pki/mod.ts";
import { openExecIssuer } from "./exec_issuer.ts";
import type { IssueRequest, IssueResult } from "./issuer.ts";
import { DAY, NOW, requestOf } from "./_test_request.ts";
import { makeTestAuthority } from "./_test_authority.ts";

const never = new AbortController().signal;

/** Issues with a program that is a script of the shell; `$0` is a directory of its own. */
export async function issueWith(
  script: string,
  options: {
    request?: IssueRequest;
    timeout?: number;
    signal?: AbortSignal;
    files?: Record<string, Uint8Array>;
  } = {},
  after: (directory: string) => Promise<void> = () => Promise.resolve(),
): Promise<{ result: IssueResult; request: IssueRequest }> {
  const directory = await Deno.makeTempDir({ prefix: "certgate-exec-" });
  try {
    for (const [name, bytes] of Object.entries(options.files ?? {})) {
      await Deno.writeFile(`${directory}/${name}`, bytes);
    }
    const request = options.request ?? await requestOf();
    const issuer = openExecIssuer(
      { command: ["/bin/sh", "-c", script, directory], timeout: options.timeout ?? 60_000 },
      { name: "house", clock: () => NOW },
    );
    const result = await issuer.issue(request, options.signal ?? never);
    await after(directory);
    return { result, request };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** The answer of an authority to a request. */
export async function answerTo(request: IssueRequest): Promise<{ chain: Uint8Array; root: Uint8Array }> {
  const root = await makeTestAuthority();
  const authority = await readAuthority(root.certificate, new KeyMaterial(root.key));
  assert(typeof authority !== "string");
  const validity = { notBefore: NOW - DAY, end: NOW + DAY };
  const { chain } = await signRequest(request.request, { authority, ...validity });
  return { chain, root: root.certificate };
}

/** Bytes one after the other. */
export const join = (...parts: Uint8Array[]) => new Uint8Array(parts.flatMap((part) => [...part]));
/** Bytes of a text. */
export const text = (value: string) => new TextEncoder().encode(value);
