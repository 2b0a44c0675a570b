import type { TestPair } from "./pairs.ts";

/** Files of a volume by name. */
export type Members = Readonly<Record<string, string>>;

/** The members of a Secret that holds the pair. */
export function secretMembers(pair: TestPair): Members {
  return { "tls.crt": pair.certificate, "tls.key": pair.key };
}

/** A directory into which one program puts one pair, in the way of that program. */
export interface Volume {
  /** What a source pattern matches. */
  readonly path: string;
  /** Makes the volume hold exactly these files. */
  put(members: Members): Promise<void>;
}

/**
 * A Secret volume as the kubelet keeps it (atomic_writer.go): the files are links through `..data`, and a change is
 * a new hidden directory and one renamed link.
 */
export class KubeletVolume implements Volume {
  #round = 0;
  #names: readonly string[] = [];

  constructor(readonly path: string) {}

  async put(members: Members): Promise<void> {
    await Deno.mkdir(this.path, { recursive: true });
    const at = (name: string) => `${this.path}/${name}`;
    const before = await Deno.readLink(at("..data")).catch(() => null);
    const fresh = `..2026_11_21_04_05_06.${1_000_000 + this.#round++}`;
    await Deno.mkdir(at(fresh));
    for (const [name, text] of Object.entries(members)) {
      await Deno.writeTextFile(at(`${fresh}/${name}`), text);
    }
    await Deno.symlink(fresh, at("..data_tmp"));
    await Deno.rename(at("..data_tmp"), at("..data"));
    const names = Object.keys(members);
    for (const name of names) {
      if (!this.#names.includes(name)) await Deno.symlink(`..data/${name}`, at(name));
    }
    for (const name of this.#names) if (!names.includes(name)) await Deno.remove(at(name));
    this.#names = names;
    if (before !== null) await Deno.remove(at(before), { recursive: true });
  }

  /** Takes the whole volume away. */
  async remove(): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
    this.#names = [];
  }
}

/** A volume of a csi driver: at each change the directory is taken away and, a little later, mounted anew. */
export class CsiVolume implements Volume {
  /** @param away Milliseconds for which nothing is there; default 0. */
  constructor(readonly path: string, readonly away: number = 0) {}

  async put(members: Members): Promise<void> {
    const gone = await Deno.remove(this.path, { recursive: true }).then(() => true, () => false);
    if (gone) await new Promise((resolve) => setTimeout(resolve, this.away));
    await Deno.mkdir(this.path, { recursive: true });
    for (const [name, text] of Object.entries(members)) {
      await Deno.writeTextFile(`${this.path}/${name}`, text);
    }
  }
}

/** Files that somebody writes in place, one after the other: a reader may see the half of it. */
export class PlainVolume implements Volume {
  constructor(readonly path: string) {}

  async put(members: Members): Promise<void> {
    await Deno.mkdir(this.path, { recursive: true });
    for await (const { name } of Deno.readDir(this.path)) {
      if (!(name in members)) await Deno.remove(`${this.path}/${name}`, { recursive: true });
    }
    for (const [name, text] of Object.entries(members)) await this.write(name, text);
  }

  /** Writes one of the files and leaves the rest. */
  async write(name: string, text: string): Promise<void> {
    await Deno.writeTextFile(`${this.path}/${name}`, text);
  }
}

/**
 * A certificate as certbot keeps it: numbered files in `archive/NAME`, and links to the newest in `live/NAME`, of which
 * one after the other is taken away and made anew.
 */
export class CertbotVolume {
  readonly path: string;
  readonly #archive: string;
  #round = 0;

  /** @param home Where `live` and `archive` are, as `/etc/letsencrypt`. */
  constructor(home: string, readonly name: string) {
    this.path = `${home}/live/${name}`;
    this.#archive = `${home}/archive/${name}`;
  }

  /** Stores a pair and moves the links to it. */
  async put(pair: TestPair): Promise<void> {
    await Deno.mkdir(this.path, { recursive: true });
    await Deno.mkdir(this.#archive, { recursive: true });
    const round = ++this.#round;
    // In certbot's order: for a moment the key is new and the chain is old.
    const members = {
      cert: pair.certificate,
      privkey: pair.key,
      chain: pair.certificate,
      fullchain: pair.certificate,
    };
    for (const [name, text] of Object.entries(members)) {
      await Deno.writeTextFile(`${this.#archive}/${name}${round}.pem`, text);
    }
    for (const name of Object.keys(members)) {
      const link = `${this.path}/${name}.pem`;
      await Deno.remove(link).catch(() => {});
      await Deno.symlink(`../../archive/${this.name}/${name}${round}.pem`, link);
    }
  }
}
