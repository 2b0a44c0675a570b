import { join } from "node:path";
import type { Package } from "./packages.ts";
import { ROOT } from "./project.ts";
import { BuildError } from "./run_tool.ts";

const RULE = "=".repeat(80);

/** Copyright lines of packages that have them in their sources only, and bring no licence file. */
const COPYRIGHTS: Readonly<Record<string, string>> = {
  "@bufbuild/protobuf": "Copyright 2021-2026 Buf Technologies, Inc.\nCopyright 2008 Google Inc.",
};

/**
 * The licences of everything that is in a binary, in full.
 *
 * @param packages What is in it.
 * @param deno Version of the runtime that is its base.
 * @throws {BuildError} for a package whose licence has no text here: then nothing may be released.
 */
export async function thirdPartyLicences(packages: readonly Package[], deno: string): Promise<string> {
  const parts = [
    "certgate is licensed under the Apache License 2.0; see LICENSE. Its binaries contain what follows.",
    `${RULE}\nDeno ${deno} (MIT)\n${RULE}\n\n${await text("deno")}`,
    `${RULE}\nParts of Deno: V8 (BSD-3-Clause) and Rust libraries\n${RULE}\n\n` +
    "The licence of V8 is at https://chromium.googlesource.com/v8/v8/+/refs/heads/main/LICENSE.\n" +
    `The libraries are those of https://github.com/denoland/deno/blob/v${deno}/Cargo.lock.\n`,
  ];
  for (const { name, version, license, texts } of packages) {
    const words = texts.size > 0 ? [...texts.values()] : [await standardText(name, license)];
    parts.push(`${RULE}\n${name} ${version} (${license})\n${RULE}\n\n${words.map(tidy).join("\n\n")}\n`);
  }
  return parts.join("\n");
}

async function standardText(name: string, license: string): Promise<string> {
  const copyright = COPYRIGHTS[name];
  if (copyright === undefined) {
    throw new BuildError(
      `Cannot release "${name}": the package has no licence file`,
      "say whose it is in release/third_party_licences.ts",
    );
  }
  const texts = await Promise.all(license.split(/ (?:AND|OR) /).map(text));
  return [copyright, ...texts].join("\n\n");
}

async function text(id: string): Promise<string> {
  const path = id === "Apache-2.0" ? join(ROOT, "LICENSE") : join(ROOT, "release/licences", `${id}.txt`);
  try {
    return tidy(await Deno.readTextFile(path)) + "\n";
  } catch (error) {
    throw new BuildError(`Cannot read the text of "${id}": ${(error as Error).message}`);
  }
}

const tidy = (words: string) => words.replaceAll("\r\n", "\n").trim();
