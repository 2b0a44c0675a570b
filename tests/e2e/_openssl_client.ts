/** Paths of a client's certificate and key. */
export interface ClientLeaf {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Whether Envoy Gateway lets in who shows a leaf, as openssl sees it: it is let in once the server of HTTP/2 speaks, and it is
 * not when openssl ends with an alert.
 *
 * @throws {Error} with the words of openssl, if it ends in another way.
 */
export async function letsIn({ certificate, key }: ClientLeaf): Promise<boolean> {
  const client = new Deno.Command("openssl", {
    args: [
      "s_client",
      "-quiet",
      "-connect",
      "127.0.0.2:18000",
      "-alpn",
      "h2",
      "-cert",
      certificate,
      "-key",
      key,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(10_000),
  }).spawn();
  const words = new Response(client.stderr).text();
  const reader = client.stdout.getReader();
  const { done } = await reader.read();
  if (!done) client.kill("SIGTERM");
  await reader.cancel();
  await client.status;
  if (!done) return true;
  if (/alert (unknown ca|bad certificate)/.test(await words)) return false;
  throw new Error(await words);
}
