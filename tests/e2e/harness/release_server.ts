/** A place of releases: the files of one version, as a code host has them. */
export class ReleaseServer {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /**
   * @param version The version, without a v.
   * @param folder Where its files are.
   */
  constructor(version: string, folder: string) {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
      const [, name] =
        new RegExp(`^/v${RegExp.escape(version)}/([\\w.-]+)$`).exec(new URL(request.url).pathname) ?? [];
      const file = name === undefined ? null : await Deno.open(`${folder}/${name}`).catch(() => null);
      return file === null ? new Response(null, { status: 404 }) : new Response(file.readable);
    });
  }

  /** What the installer takes as `--base-url`. */
  get base(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async stop(): Promise<void> {
    await this.#server.shutdown();
  }
}
