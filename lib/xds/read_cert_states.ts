import { Span } from "./_span.ts";
import { WireReader } from "./_wire.ts";

/** What a `CertState` object of a snapshot says: which Gateway it was made for, and what certgate had published then. */
export interface CertStateView {
  /** Namespace of the Gateway. */
  readonly namespace: string;
  /** Name of the Gateway. */
  readonly gateway: string;
  /** `spec.revision`; empty if there is none. */
  readonly revision: string;
  /** `spec.nudge`; 0 if there is none. */
  readonly nudge: number;
}

/** The API group of CertState objects. */
const GROUP = "certgate.dev/";
/** No CertState is larger; whatever is, is something else, and is not worth the reading. */
const LONGEST = 64 * 1024;
const MARK = Buffer.from('"CertState"');

/**
 * Reads the CertState objects of a snapshot.
 *
 * Never throws: what is no CertState of ours is passed over, however odd it is.
 *
 * @param context Serialized `envoygateway.extension.PostTranslateExtensionContext`: field 1 is an ExtensionResource,
 *   field 1 of that a Kubernetes object as JSON.
 * @returns In the order of the snapshot; of several for one Gateway only the last.
 */
export function readCertStates(context: Uint8Array): CertStateView[] {
  const found = new Map<string, CertStateView>();
  const walk = new WireReader(context);
  while (walk.next()) {
    if (walk.field !== 1 || walk.wire !== 2) continue;
    const state = readResource(new Span(context, walk.from, walk.to));
    if (state !== null) found.set(`${state.namespace}/${state.gateway}`, state);
  }
  return [...found.values()];
}

function readResource(resource: Span): CertStateView | null {
  let json: Span | null = null;
  const walk = resource.walk();
  while (walk.next()) {
    if (walk.field === 1 && walk.wire === 2) json = new Span(walk.bytes, walk.from, walk.to);
  }
  if (json === null || json.to - json.from > LONGEST) return null;
  // Policies of other kinds come the same way and can be many: only what may be one of ours is parsed.
  if (
    !Buffer.from(json.bytes.buffer, json.bytes.byteOffset + json.from, json.to - json.from).includes(MARK)
  ) {
    return null;
  }
  try {
    return toState(JSON.parse(json.text()));
  } catch {
    return null;
  }
}

function toState(value: unknown): CertStateView | null {
  const { apiVersion, kind, metadata, spec } = membersOf(value);
  if (kind !== "CertState" || typeof apiVersion !== "string" || !apiVersion.startsWith(GROUP)) return null;
  const { namespace } = membersOf(metadata);
  const { targetRef, revision, nudge } = membersOf(spec);
  const { name, kind: target } = membersOf(targetRef);
  if (typeof namespace !== "string" || typeof name !== "string" || target !== "Gateway") return null;
  return {
    namespace,
    gateway: name,
    revision: typeof revision === "string" || typeof revision === "number" ? String(revision) : "",
    nudge: typeof nudge === "number" ? nudge : 0,
  };
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}
