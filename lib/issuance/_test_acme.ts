import { KeyMaterial } from "../model/mod.ts";
import { readAuthority, type SigningAuthority, signRequest, toPem } from "../pki/mod.ts";
import { makeTestAuthority } from "./_test_authority.ts";

/** One request, taken apart. */
export interface FakeAsk {
  readonly method: string;
  /** Path without the leading slash. */
  readonly path: string;
  /** What was signed; `null` if nothing, or nothing but a wish to read. */
  readonly payload: Record<string, unknown> | null;
  readonly signal: AbortSignal | null;
}

interface FakeOrder {
  status: string;
  readonly identifiers: readonly { readonly value: string }[];
  certificate: Uint8Array | null;
}

const HOST = "https://acme.example";

/**
 * An ACME server in memory that believes every signature and every proof. It shows what a real one cannot be brought to
 * say at will.
 */
export class FakeAcme {
  readonly server = `${HOST}/dir`;
  readonly asks: FakeAsk[] = [];
  readonly orders: FakeOrder[] = [];
  /** Answers instead; `null` leaves it to the usual answer. */
  instead: (ask: FakeAsk) => Response | Promise<Response> | null = () => null;
  /** What an order becomes once it has been finalized. */
  finalized = "valid";
  meta: Record<string, unknown> = {};
  readonly #authority: SigningAuthority;
  #nonce = 0;

  private constructor(authority: SigningAuthority) {
    this.#authority = authority;
  }

  static async start(): Promise<FakeAcme> {
    const { certificate, key } = await makeTestAuthority();
    const authority = await readAuthority(certificate, new KeyMaterial(key));
    if (typeof authority === "string") throw new Error(authority);
    return new FakeAcme(authority);
  }

  /** How often a path was asked for. */
  count(path: string): number {
    return this.asks.filter((ask) => ask.path === path).length;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const text = await request.text();
    const { payload } = text === "" ? { payload: "" } : JSON.parse(text);
    const ask: FakeAsk = {
      method: request.method,
      path: new URL(request.url).pathname.slice(1),
      payload: payload === "" ? null : JSON.parse(new TextDecoder().decode(fromBase64Url(payload))),
      signal: init?.signal ?? null,
    };
    this.asks.push(ask);
    const response = await (this.instead(ask) ?? this.#answer(ask));
    response.headers.set("replay-nonce", `nonce-${this.#nonce++}`);
    return response;
  };

  async #answer({ path, payload }: FakeAsk): Promise<Response> {
    const [what, number] = path.split("/");
    const order = this.orders[Number(number)];
    switch (what) {
      case "dir":
        return json({
          newNonce: `${HOST}/nonce`,
          newAccount: `${HOST}/account`,
          newOrder: `${HOST}/new-order`,
          renewalInfo: `${HOST}/ari`,
          meta: this.meta,
        });
      case "nonce":
        return new Response(null);
      case "account":
        return json({ status: "valid" }, 201, { location: `${HOST}/account/1` });
      case "new-order": {
        const { identifiers } = payload as { identifiers: { value: string }[] };
        const at = this.orders.push({ status: "pending", identifiers, certificate: null }) - 1;
        return json(this.#order(at), 201, { location: `${HOST}/order/${at}` });
      }
      case "order":
        return order === undefined ? problem("malformed", 404) : json(this.#order(Number(number)));
      case "authorization":
        return json(this.#authorization(path));
      case "challenge":
        order.status = "ready";
        return json({ status: "processing" });
      case "finalize":
        order.certificate = await this.#sign(payload!.csr as string);
        order.status = this.finalized;
        return json(this.#order(Number(number)));
      case "certificate":
        return new Response(order.certificate as Uint8Array<ArrayBuffer>, {
          headers: { "content-type": "application/pem-certificate-chain" },
        });
      default:
        return problem("malformed", 404);
    }
  }

  #order(at: number) {
    const { status, identifiers } = this.orders[at];
    return {
      status,
      identifiers,
      authorizations: identifiers.map((_, which) => `${HOST}/authorization/${at}/${which}`),
      finalize: `${HOST}/finalize/${at}`,
      ...(status === "valid" ? { certificate: `${HOST}/certificate/${at}` } : {}),
    };
  }

  #authorization(path: string) {
    const [, at, which] = path.split("/");
    const token = `token-${at}-${which}`;
    return {
      status: this.orders[Number(at)].status === "pending" ? "pending" : "valid",
      identifier: { type: "dns", value: this.orders[Number(at)].identifiers[Number(which)].value },
      challenges: [{ type: "http-01", url: `${HOST}/challenge/${at}/${which}`, token, status: "pending" }],
    };
  }

  async #sign(csr: string): Promise<Uint8Array> {
    const { chain } = await signRequest(toPem("CERTIFICATE REQUEST", fromBase64Url(csr)), {
      authority: this.#authority,
      notBefore: this.#authority.notBefore,
      end: this.#authority.notBefore + 90 * 86_400_000,
    });
    return chain;
  }
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(text, { alphabet: "base64url" });
}

/** An answer that is JSON. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
  });
}

/** What a server says is wrong. */
export function problem(type: string, status: number, headers: Record<string, string> = {}): Response {
  const body = { type: `urn:ietf:params:acme:error:${type}`, detail: `the server says ${type}`, status };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}
