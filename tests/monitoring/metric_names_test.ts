import assert from "node:assert/strict";
import { matchedLabels, metricNames } from "./_metric_names.ts";

Deno.test("metricNames() finds metrics and nothing else", () => {
  const expr =
    'sum without (reason) (increase(a_total{x="b_total",y=~"c"}[5m])) > 0 unless on (instance, job) d:e == bool 1e3' +
    " and histogram_quantile(0.99, sum by (le) (rate(f_bucket[$__rate_interval]))) < time() - 60";
  assert.deepEqual(metricNames(expr), ["a_total", "d:e", "f_bucket"]);
});

Deno.test("matchedLabels() finds what stands between braces", () => {
  assert.deepEqual(matchedLabels('a{x="b, z=1",y=~"c"} / b{q!="1"}'), ["x", "z", "y", "q"]);
});
