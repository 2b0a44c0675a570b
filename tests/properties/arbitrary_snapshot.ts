/** Snapshots of every shape that pruning has a rule for, with verdicts as words (see tests/golden/words.ts). */
import fc from "fast-check";
import {
  ads,
  type Chain,
  chain,
  type Cluster,
  cluster,
  type CommonTls,
  elsewhere,
  inspecting,
  type Listener,
  onPort,
  pair,
  pairSecret,
  plainChain,
  quicChain,
  type Request,
  type Secret,
  trust,
  trustSecret,
  upstream,
} from "../golden/build.ts";
import { ALL_WORDS } from "../golden/words.ts";

const word = fc.oneof({ weight: 3, arbitrary: fc.constant("good") }, {
  weight: 2,
  arbitrary: fc.constantFrom(...ALL_WORDS),
});
const trustWord = fc.oneof(word, fc.constant("mixed"));
/** Few names, so that they are shared, doubled, missing and of the wrong kind often enough. */
const name = fc.constantFrom("s0", "s1", "s2", "s3", "s4", "t0", "t1");
const host = fc.constantFrom("a.x.test", "b.x.test", "*.x.test", "a.y.test", "*.a.y.test", "");
const reference = fc.oneof({ weight: 6, arbitrary: name.map(ads) }, {
  weight: 1,
  arbitrary: name.map(elsewhere),
});

const validation = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ case: undefined }) },
  { weight: 1, arbitrary: trustWord.map((word) => ({ case: "validationContext", value: trust(word) })) },
  { weight: 1, arbitrary: reference.map((value) => ({ case: "validationContextSdsSecretConfig", value })) },
  {
    weight: 1,
    arbitrary: fc.record({
      defaultValidationContext: trustWord.map(trust),
      validationContextSdsSecretConfig: reference,
    })
      .map((value) => ({ case: "combinedValidationContext", value })),
  },
);

const commonTls = fc.record({
  tlsCertificateSdsSecretConfigs: fc.array(reference, { maxLength: 2 }),
  tlsCertificates: fc.array(word.map(pair), { maxLength: 1 }),
  validationContextType: validation,
}).map((common) => common as CommonTls);

const anyChain: fc.Arbitrary<Chain> = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(host, commonTls).map(([host, tls]) => chain(host, tls)) },
  { weight: 1, arbitrary: host.map((host) => plainChain("plain", host)) },
);

const port = fc.constantFrom(443, 8443);
const place = fc.record({ port, inspects: fc.boolean() }).map(({ port, inspects }) => ({
  ...onPort(port),
  ...(inspects ? inspecting : {}),
}));

const tcp: fc.Arbitrary<Listener> = fc.record({
  name: fc.constant("tcp"),
  filterChains: fc.array(anyChain, { maxLength: 4 }),
  defaultFilterChain: fc.option(anyChain, { nil: undefined, freq: 3 }),
});

const udp: fc.Arbitrary<Listener> = fc.record({
  name: fc.constant("udp"),
  filterChains: fc.array(fc.tuple(host, commonTls).map(([host, tls]) => quicChain(host, tls)), {
    maxLength: 3,
  }),
});

const secret: fc.Arbitrary<Secret> = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(name, word).map(([name, word]) => pairSecret(name, word)) },
  { weight: 2, arbitrary: fc.tuple(name, trustWord).map(([name, word]) => trustSecret(name, word)) },
  {
    weight: 1,
    arbitrary: name.map((name): Secret => ({ name, type: { case: "genericSecret", value: {} } })),
  },
);

const anyCluster: fc.Arbitrary<Cluster> = fc.oneof(
  fc.constant(cluster("plain")),
  commonTls.map((tls) => cluster("tls", tls)),
  commonTls.map((tls): Cluster => ({
    name: "matches",
    transportSocketMatches: [{ name: "one" }, { name: "two", transportSocket: upstream(tls) }],
  })),
);

/** Gives every chain a name of its own, so that a test can find it again. */
function named(listener: Listener, index: number): Listener {
  const filterChains = listener.filterChains?.map((chain, at) => ({ ...chain, name: `${index}-${at}` }));
  const byDefault = listener.defaultFilterChain &&
    { ...listener.defaultFilterChain, name: `${index}-default` };
  return { ...listener, filterChains, defaultFilterChain: byDefault } as Listener;
}

/** Requests of all shapes, lists that are missing included. */
export const anyRequest: fc.Arbitrary<Request> = fc.record({
  postTranslateContext: fc.constant({
    extensionResources: [{ unstructuredBytes: new Uint8Array([123, 125]) }],
  }),
  clusters: fc.array(anyCluster, { maxLength: 3 }),
  secrets: fc.array(secret, { maxLength: 8 }),
  listeners: fc.array(fc.oneof({ weight: 3, arbitrary: tcp }, { weight: 1, arbitrary: udp }), {
    maxLength: 3,
  })
    .chain((listeners) =>
      fc.array(place, { minLength: listeners.length, maxLength: listeners.length })
        .map((places) =>
          listeners.map((listener, index) => named({ ...listener, ...places[index] } as Listener, index))
        )
    ),
  routes: fc.constant([{ name: "route" }]),
});

const dark = fc.record({
  hostname: fc.oneof(host, fc.constantFrom("b.y.test", "B.A.Y.test", "q.test", "*", "*.*.test", "a..test")),
  port,
  reason: fc.constant("Expired" as const),
  cause: fc.constant("expired" as const),
  message: fc.constant("it ran out"),
  secret: fc.constant("default/dark"),
});

/** Options in all combinations. */
export const anyOptions = fc.record({
  whenEmpty: fc.constantFrom("remove" as const, "park" as const),
  onDark: fc.constantFrom("refuse" as const, "wildcard" as const),
  neverGate: fc.uniqueArray(name, { maxLength: 2 }).map((names) => new Set(names)),
  dark: fc.array(dark, { maxLength: 4 }),
});
