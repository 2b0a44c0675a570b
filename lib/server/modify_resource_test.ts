import assert from "node:assert/strict";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { BAD_PAIR, scene, sceneRequest } from "../../tests/fakes/policy_scene.ts";
import { ClusterSchema } from "../../proto/gen/envoy/config/cluster/v3/cluster_pb.ts";
import { ListenerSchema } from "../../proto/gen/envoy/config/listener/v3/listener_pb.ts";
import { RouteSchema, VirtualHostSchema } from "../../proto/gen/envoy/config/route/v3/route_components_pb.ts";
import {
  PostTranslateModifyRequestSchema,
  PostTranslateModifyResponseSchema,
} from "../../proto/gen/extension/service_pb.ts";
import { Faults } from "./faults.ts";
import type { ResourceHook } from "./modify_resource.ts";

type Scene = ReturnType<typeof scene>;

/** A response of a small hook, and its request without a context: a resource as field 1. */
function message(resource: Uint8Array): Uint8Array {
  const length: number[] = [];
  for (let rest = resource.length;; rest >>>= 7) {
    length.push(rest > 127 ? rest & 127 | 128 : rest);
    if (rest <= 127) break;
  }
  return Uint8Array.of(10, ...length, ...resource);
}

const schemas = {
  PostRouteModify: RouteSchema,
  PostVirtualHostModify: VirtualHostSchema,
  PostHTTPListenerModify: ListenerSchema,
  PostClusterModify: ClusterSchema,
} as const;

/** The resources of each small hook in the scene, and what the whole hook makes of them. */
async function resources(one: Scene): Promise<[keyof typeof schemas, Uint8Array, Uint8Array][]> {
  const before = fromBinary(PostTranslateModifyRequestSchema, sceneRequest());
  const answer = await one.handlers.PostTranslateModify(sceneRequest());
  const after = fromBinary(PostTranslateModifyResponseSchema, answer);
  const hosts = (message: typeof before | typeof after) => message.routes.flatMap((one) => one.virtualHosts);
  return [
    ...hosts(before).map((host, i) =>
      [
        "PostVirtualHostModify",
        toBinary(VirtualHostSchema, host),
        toBinary(VirtualHostSchema, hosts(after)[i]),
      ] as [keyof typeof schemas, Uint8Array, Uint8Array]
    ),
    ...before.listeners.map((listener, i) =>
      [
        "PostHTTPListenerModify",
        toBinary(ListenerSchema, listener),
        toBinary(ListenerSchema, after.listeners[i]),
      ] as [keyof typeof schemas, Uint8Array, Uint8Array]
    ),
    ...before.clusters.map((cluster, i) =>
      ["PostClusterModify", toBinary(ClusterSchema, cluster), toBinary(ClusterSchema, after.clusters[i])] as [
        keyof typeof schemas,
        Uint8Array,
        Uint8Array,
      ]
    ),
  ];
}

function faults(...texts: string[]): Faults {
  const parsed = Faults.parse(texts);
  assert(parsed instanceof Faults);
  return parsed;
}

Deno.test("modifyResource() does to a resource what the whole hook does to it", async () => {
  const one = scene();
  const changed = new Set<string>();
  for (const [hook, resource, expected] of await resources(one)) {
    const answer = await one.handlers[hook](message(resource));
    if (!Buffer.from(answer).equals(message(resource))) changed.add(hook);
    // Appended fields are put in order by whoever reads them.
    const [, start] = header(answer);
    const read = fromBinary(schemas[hook], answer.subarray(start));
    assert(Buffer.from(toBinary(schemas[hook], read)).equals(expected), `${hook} ${read.name}`);
  }
  assert.deepEqual([...changed].sort(), [
    "PostClusterModify",
    "PostHTTPListenerModify",
    "PostVirtualHostModify",
  ]);
});

/** Length of the resource, and where it begins. */
function header(answer: Uint8Array): [number, number] {
  let length = 0;
  let at = 1;
  for (let shift = 0;; shift += 7) {
    const byte = answer[at++];
    length |= (byte & 127) << shift;
    if (byte < 128) return [length, at];
  }
}

Deno.test("modifyResource() leaves nothing to do for the whole hook", async () => {
  const one = scene();
  const request = fromBinary(PostTranslateModifyRequestSchema, sceneRequest());
  const through = async (hook: ResourceHook, resource: Uint8Array) => {
    const answer = await one.handlers[hook](message(resource));
    return answer.subarray(header(answer)[1]);
  };
  for (const config of request.routes) {
    for (const [i, host] of config.virtualHosts.entries()) {
      const answer = await through("PostVirtualHostModify", toBinary(VirtualHostSchema, host));
      config.virtualHosts[i] = fromBinary(VirtualHostSchema, answer);
    }
  }
  for (const [i, listener] of request.listeners.entries()) {
    const answer = await through("PostHTTPListenerModify", toBinary(ListenerSchema, listener));
    request.listeners[i] = fromBinary(ListenerSchema, answer);
  }
  for (const [i, cluster] of request.clusters.entries()) {
    const answer = await through("PostClusterModify", toBinary(ClusterSchema, cluster));
    request.clusters[i] = fromBinary(ClusterSchema, answer);
  }
  await one.handlers.PostTranslateModify(toBinary(PostTranslateModifyRequestSchema, request));
  assert.equal(one.calls.at(-1)?.outcome, "unchanged");
  assert.deepEqual(
    [...one.calls.at(-1)!.applied],
    [["default/guard", 3]],
    "what was applied before is there",
  );
});

Deno.test("modifyResource() gives back byte for byte what it has nothing to do with", async () => {
  const idle = scene({ policy: { localReply: { enabled: false } } }, { objects: "" });
  const off = scene({ features: { policy: false } });
  for (const [hook, resource] of await resources(scene())) {
    const request = Buffer.from(message(resource));
    const withContext = Buffer.concat([request, Uint8Array.of(0x12, 2, 0x0a, 0)]);
    assert(request.equals(await off.handlers[hook](withContext)), `${hook} without policies`);
    if (hook === "PostHTTPListenerModify") continue;
    assert(request.equals(await idle.handlers[hook](withContext)), `${hook} with nothing to do`);
  }
  const endpoints = Buffer.from(message(Uint8Array.of(10, 1, 97)));
  assert(endpoints.equals(await scene().handlers.PostEndpointsModify(endpoints)));
  for (const hook of ["PostRouteModify", "PostClusterModify"] as const) {
    assert.equal((await scene().handlers[hook](new Uint8Array(0))).length, 0);
  }
});

Deno.test("modifyResource() refuses a message that does not read with INTERNAL", async () => {
  const { handlers, calls } = scene();
  for (const hook of ["PostRouteModify", "PostEndpointsModify"] as const) {
    await assert.rejects(handlers[hook](Uint8Array.of(10, 200)), { code: "INTERNAL" });
  }
  assert.deepEqual(calls.map(({ hook, outcome, passing }) => [hook, outcome, passing]), [
    ["PostRouteModify", "error", false],
    ["PostEndpointsModify", "error", false],
  ]);
});

/** Field 1 of a direct response. */
const STATUS_500 = Uint8Array.of(8, 0xf4, 3);

/** For each small hook a mutation of it, and a resource that it changes. */
const CASES = [
  ["PostVirtualHostModify", "wafRoute"],
  ["PostVirtualHostModify", "connectorRoutes"],
  ["PostHTTPListenerModify", "wafListener"],
  ["PostHTTPListenerModify", "localReply"],
  ["PostClusterModify", "connectorClusters"],
] as const;

for (const [hook, mutation] of CASES) {
  for (const fault of ["throw", "hang", "garbage"] as const) {
    const run = async (action: string, resource: Uint8Array) => {
      // A part of this is for what does not hang, also on a machine that is busy.
      const one = scene({ mutations: { [mutation]: action }, hook: { deadline: 400 } }, {
        faults: faults(`mutation=${mutation}:${fault}`),
      });
      return { answer: await one.handlers[hook](message(resource)), calls: one.calls };
    };
    Deno.test(`${hook} follows the failure policy of ${mutation} where it ${fault}s`, async () => {
      const [, resource] = (await resources(scene())).find(([name]) => name === hook)!;
      const open = await run("open", resource);
      assert.deepEqual([open.calls[0].hook, open.calls[0].outcome], [hook, "degraded"]);
      const code = fault === "garbage" ? "INTERNAL" : "UNAVAILABLE";
      await assert.rejects(run("closed", resource), { code });
      if (hook === "PostClusterModify") return await assert.rejects(run("http500", resource), { code });
      const { answer } = await run("http500", resource);
      assert(Buffer.from(answer).includes(STATUS_500), "no 500 in the answer");
      if (hook === "PostHTTPListenerModify") {
        for (const { answer } of [open, await run("http500", resource)]) {
          assert(!Buffer.from(answer).includes(BAD_PAIR), "a bad pair in the answer");
        }
      }
    });
  }
}

for (const fault of ["throw", "hang"] as const) {
  Deno.test(`every small hook follows its own failure policy where it ${fault}s`, async () => {
    const endpoints = ["PostEndpointsModify", Uint8Array.of(10, 1, 97)] as const;
    for (const [hook, resource] of [...await resources(scene()), endpoints]) {
      const run = (action: string) =>
        scene({ hooks: { [hook]: action }, hook: { deadline: 100 } }, {
          faults: faults(`hook=${hook}:${fault}`),
        })
          .handlers[hook](message(resource));
      await assert.rejects(run("closed"), { code: "UNAVAILABLE" }, hook);
      const open = Buffer.from(await run("open"));
      if (hook === "PostHTTPListenerModify") assert(!open.includes(BAD_PAIR));
      else assert(open.equals(message(resource)), hook);
    }
  });
}

Deno.test("modifyResource() parks a listener that it would have to take away", async () => {
  const listener = create(
    ListenerSchema,
    fromBinary(PostTranslateModifyRequestSchema, sceneRequest()).listeners[0],
  );
  listener.filterChains = listener.filterChains.slice(1);
  const answer = await scene().handlers.PostHTTPListenerModify(message(toBinary(ListenerSchema, listener)));
  const parked = fromBinary(ListenerSchema, answer.subarray(header(answer)[1]));
  assert.equal(parked.name, listener.name);
  assert(!Buffer.from(answer).includes(BAD_PAIR));
});
