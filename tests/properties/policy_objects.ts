/** What the steps of policies are made of in tests. */
import type { LocalReply, PolicyEntry, WafFilter } from "../../lib/model/mod.ts";

export const waf: WafFilter = {
  filterName: "coraza-waf",
  pluginName: "coraza",
  libraryId: "lib",
  libraryPath: "/opt/coraza-waf/coraza-waf.so",
  listenerDirectives: ["SecRuleEngine Off"],
  traceRouteMetadataExtractor: "extract",
};

/** Text with everything that the JSON of Go's encoder writes in its own way. */
export const ODD = 'tab\t line\n <a href="x">&amp;</a> \u2028\u2029 \u{1F600} \ud800 \u0007';

export const POLICIES: readonly PolicyEntry[] = [
  {
    namespace: "ns-1",
    name: "one",
    generation: 7,
    mode: "Enforce",
    directives: ["Include @crs-setup-conf", ODD],
  },
  { namespace: "ns-1", name: "two", generation: 1, mode: "Observe", directives: ["SecRuleEngine On"] },
];

export const reply: LocalReply = {
  body: "<style>a { width: 100%% }</style> %RESPONSE_CODE% %START_TIME(%Y-%m-%d %H:%M:%S UTC)%",
  contentType: "text/html; charset=UTF-8",
  minStatusCode: 500,
  runtimeKey: "local_reply_5xx",
};
