/** One span as OTLP over HTTP with JSON carries it. */
export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface Value {
  readonly stringValue?: string;
  readonly intValue?: string | number;
  readonly boolValue?: boolean;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values?: readonly Value[] };
}

function plain(value: Value): unknown {
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(plain);
  if (value.intValue !== undefined) return Number(value.intValue);
  return value.stringValue ?? value.boolValue ?? value.doubleValue;
}

/** A collector on a free port of the loopback interface that keeps what it gets. */
export class OtlpReceiver implements AsyncDisposable {
  readonly spans: ReceivedSpan[] = [];
  /** Every body, as it came. */
  readonly bodies: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      const body = await request.text();
      this.bodies.push(body);
      if (new URL(request.url).pathname === "/v1/traces") this.#keep(JSON.parse(body));
      return Response.json({});
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  #keep(message: {
    resourceSpans: {
      scopeSpans: {
        spans: (Omit<ReceivedSpan, "attributes"> & { attributes: { key: string; value: Value }[] })[];
      }[];
    }[];
  }): void {
    for (const span of message.resourceSpans.flatMap((one) => one.scopeSpans).flatMap((one) => one.spans)) {
      const attributes = Object.fromEntries(span.attributes.map(({ key, value }) => [key, plain(value)]));
      this.spans.push({ ...span, attributes });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
