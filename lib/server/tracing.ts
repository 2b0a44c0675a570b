import { type Attributes, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";

/** What can be said about the span that work is done in. */
export interface OpenSpan {
  /** Adds attributes; they are only asked for while somebody records. Names and counts, never key material. */
  set(attributes: () => Attributes): void;
}

const KINDS = { internal: SpanKind.INTERNAL, server: SpanKind.SERVER };

/**
 * Does work in a span of its own, below the span that is open around it. The runtime records and sends spans where its
 * environment asks for it (docs/tracing.md); where it does not, this is a function call.
 *
 * - An error of the work marks the span and goes on to the caller as it is.
 * - Nothing that happens to spans or to their receiver ever becomes an error here.
 *
 * @param name Fixed text; what differs belongs to the attributes.
 * @param attributes What is known beforehand.
 * @param work May be asynchronous; the span ends with it.
 * @param side `server` where the work answers somebody else's call.
 * @returns What the work returns.
 */
export function inSpan<T>(
  name: string,
  attributes: Attributes,
  work: (span: OpenSpan) => T,
  side: keyof typeof KINDS = "internal",
): T {
  return trace.getTracer("certgate").startActiveSpan(name, { attributes, kind: KINDS[side] }, (span) => {
    try {
      const result = work(opened(span));
      if (!(result instanceof Promise)) {
        span.end();
        return result;
      }
      return result.then((value) => {
        span.end();
        return value;
      }, (error) => {
        fail(span, error);
        throw error;
      }) as T;
    } catch (error) {
      fail(span, error);
      throw error;
    }
  });
}

function opened(span: Span): OpenSpan {
  return {
    set(attributes) {
      if (span.isRecording()) span.setAttributes(attributes());
    },
  };
}

function fail(span: Span, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  span.end();
}
