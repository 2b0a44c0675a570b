import { existsSync } from "node:fs";
import { join } from "node:path";
import { toolPath } from "../setup/tools.ts";
import { INSTALL, sha256 } from "./_release.ts";

/** A shell to run the script with, and the programs that go with it. */
export interface Shell {
  readonly name: string;
  readonly command: readonly string[];
  /** The BusyBox whose programs stand in for those of the system. */
  readonly busybox?: string;
}

/** As many as there are here: dash is the sh of Debian, the other that of small systems, with programs of its own. */
export const SHELLS: readonly Shell[] = (() => {
  const busybox = toolPath("busybox");
  const dash = existsSync("/bin/dash") ? "/bin/dash" : "/bin/sh";
  return [
    { name: dash.slice(5), command: [dash] },
    ...(busybox === null ? [] : [{ name: "busybox ash", command: [busybox, "ash"], busybox }]),
  ];
})();

/** All that the script may use: what is not in this list, a minimal system need not have. */
const PROGRAMS =
  "awk cat chmod cp find grep gzip id ln ls mkdir mktemp mv readlink rm rmdir sed sh sleep sort tar timeout tr " +
  "uname wc sha256sum";
/** These come from the C library and its like, and BusyBox has none that would do. */
const SYSTEM = ["getconf", "ldd", "curl"];
const HOST_COMMAND = new URL("_host_command.sh", import.meta.url).pathname;
const HOST_COMMANDS =
  "systemctl systemd-sysusers useradd groupadd usermod userdel groupdel getent chown chgrp";

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Run as somebody else than root, who needs sudo. */
  readonly unprivileged?: boolean;
  /** Text of another script, given by standard input; the script itself has to be `-`. */
  readonly script?: string;
  readonly umask?: string;
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Commands that would have changed this machine, in order. */
  readonly calls: readonly string[];
}

/** A throw-away host: `root` for DESTDIR, fakes for what would change this machine, and a PATH with nothing else. */
export class Host implements AsyncDisposable {
  readonly root: string;

  private constructor(readonly folder: string, readonly shell: Shell) {
    this.root = join(folder, "root");
  }

  /** @param options.systemd Whether systemd runs there. Default `true`. */
  static async make(shell: Shell, { systemd = true, name = "host" } = {}): Promise<Host> {
    const temporary = await Deno.makeTempDir({ prefix: "certgate-install-test-" });
    const host = new Host(join(temporary, name), shell);
    for (const each of ["root/run", "tmp", "host", "path", "home"]) {
      await Deno.mkdir(join(host.folder, each), { recursive: true });
    }
    if (systemd) await Deno.mkdir(join(host.root, "run/systemd/system"), { recursive: true });
    for (const file of ["passwd", "group", "calls"]) await Deno.writeTextFile(join(host.folder, file), "");
    await host.answer("active", "inactive");
    await host.answer("after-restart", "active");
    for (const each of HOST_COMMANDS.split(" ")) {
      // A copy: another user may have to read it, and a test may write another one.
      await Deno.copyFile(HOST_COMMAND, join(host.folder, "host", each));
    }
    for (const each of PROGRAMS.split(" ")) {
      await Deno.symlink(shell.busybox ?? which(each), join(host.folder, "path", each));
    }
    for (const each of SYSTEM) await Deno.symlink(which(each), join(host.folder, "path", each));
    return host;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(join(this.folder, ".."), { recursive: true });
  }

  /** What a fake says, e.g. the state of the unit in `active`. */
  async answer(file: "active" | "after-restart" | "passwd" | "group", text: string): Promise<void> {
    await Deno.writeTextFile(join(this.folder, file), `${text}\n`);
  }

  /** Takes a program away, or puts a script of the test in its place. */
  async program(name: string, script: string | null): Promise<void> {
    const place = join(this.folder, "path", name);
    if (existsSync(place)) await Deno.remove(place);
    if (script === null) return;
    await Deno.writeTextFile(place, `#!/bin/sh\n${script}\n`);
    await Deno.chmod(place, 0o755);
  }

  /** Where the program of this name is really. */
  real(name: string): string {
    return this.shell.busybox === undefined ? which(name) : `${this.shell.busybox} ${name}`;
  }

  async write(path: string, text: string, mode = 0o644): Promise<void> {
    const place = join(this.root, path);
    await Deno.mkdir(join(place, ".."), { recursive: true });
    await Deno.writeTextFile(place, text);
    await Deno.chmod(place, mode);
  }

  read(path: string): Promise<string> {
    return Deno.readTextFile(join(this.root, path));
  }

  has(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  get environment(): Record<string, string> {
    return {
      PATH: join(this.folder, "path"),
      TMPDIR: join(this.folder, "tmp"),
      HOME: join(this.folder, "home"),
      DESTDIR: this.root,
      CERTGATE_HOST_COMMANDS: join(this.folder, "host"),
    };
  }

  /** Starts the script; for one that is to be stopped in the middle. */
  start(args: readonly string[], options: RunOptions = {}): Deno.ChildProcess {
    const { script, umask = "022" } = options;
    const command = [...this.shell.command, ...(script === undefined ? [INSTALL] : ["-s", "--"]), ...args];
    const nobody = options.unprivileged && Deno.uid() === 0 ? { uid: 65534, gid: 65534 } : {};
    return new Deno.Command("/bin/sh", {
      args: ["-c", `umask ${umask}; exec "$@"`, "sh", ...command],
      clearEnv: true,
      env: { ...this.environment, ...options.env },
      cwd: this.folder,
      stdin: script === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
      ...nobody,
    }).spawn();
  }

  async run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    await Deno.writeTextFile(join(this.folder, "calls"), "");
    const child = this.start(args, options);
    if (options.script !== undefined) await feed(child, options.script);
    return await this.ended(child);
  }

  async ended(child: Deno.ChildProcess): Promise<Ended> {
    const { code, stdout, stderr } = await child.output();
    const calls = (await Deno.readTextFile(join(this.folder, "calls"))).split("\n").filter((line) => line);
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, stdout: text(stdout), stderr: text(stderr), calls };
  }

  /** Everything below the root, and in the temporary directory: what must not change shows as a difference. */
  async state(): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    const walk = async (folder: string) => {
      for await (const { name } of Deno.readDir(folder)) {
        const path = join(folder, name);
        const { isSymlink, isDirectory, mode, mtime, ino } = await Deno.lstat(path);
        const bits = (mode! & 0o777).toString(8);
        const key = path.slice(this.folder.length + 1);
        if (isSymlink) found[key] = `link to ${await Deno.readLink(path)}`;
        else if (isDirectory) found[key] = `${bits} directory`;
        else found[key] = `${bits} ${ino} ${mtime?.getTime()} ${await sha256(path)}`;
        if (isDirectory) await walk(path);
      }
    };
    await walk(this.root);
    await walk(join(this.folder, "tmp"));
    await walk(join(this.folder, "home"));
    return found;
  }
}

async function feed(child: Deno.ChildProcess, script: string): Promise<void> {
  const writer = child.stdin.getWriter();
  // A shell that has given the script up reads no further.
  await writer.write(new TextEncoder().encode(script)).catch(() => {});
  await writer.close().catch(() => {});
}

function which(name: string): string {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    if (existsSync(join(folder, name))) return join(folder, name);
  }
  throw new Error(`The program ${name} is missing`);
}
