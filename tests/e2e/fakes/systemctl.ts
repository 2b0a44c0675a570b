/**
 * A systemctl that asks the test what to do: `systemctl.ts URL ARGUMENT…`.
 *
 * @module
 */
const [url, ...words] = Deno.args;
const response = await fetch(url, {
  method: "POST",
  body: JSON.stringify(words),
  signal: AbortSignal.timeout(60_000),
});
await Deno.stdout.write(new Uint8Array(await response.arrayBuffer()));
Deno.exitCode = Number(response.headers.get("x-exit-code"));
