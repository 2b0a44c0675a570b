import type { LocalReply } from "../model/mod.ts";
import { field, textField, varintField } from "./_encode.ts";

const made = new WeakMap<LocalReply, Uint8Array>();

/** `ComparisonFilter.GE`. */
const AT_LEAST = 1;

/** Field `local_reply_config` of an HTTP connection manager: one mapper, which keeps the status as it is. */
export function localReplyField(reply: LocalReply): Uint8Array {
  const known = made.get(reply);
  if (known) return known;
  const value = field(2, varintField(2, reply.minStatusCode), textField(3, reply.runtimeKey));
  // AccessLogFilter.status_code_filter and its comparison.
  const filter = field(1, field(1, field(1, varintField(1, AT_LEAST), value)));
  const format = field(4, textField(4, reply.contentType), field(5, textField(3, reply.body)));
  const bytes = field(38, field(1, filter, format));
  made.set(reply, bytes);
  return bytes;
}
