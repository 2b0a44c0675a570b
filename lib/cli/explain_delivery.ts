import type { ObjectName, PairStatus } from "../model/mod.ts";
import { sdsStep } from "./explain_sds.ts";
import { keyOf, type Mark, moment, sameSerial, type Step, type StepInput, worst } from "./explain_step.ts";
import { timeText } from "./status_report.ts";

/** From the file for Envoy Gateway to what Envoy has loaded. */
export function deliverySteps(input: StepInput): Step[] {
  const envoy = input.listener.managed ? [envoyStep(input)] : [];
  const { status, listener } = input;
  const keys = new Set(listener.secrets.map(keyOf));
  const own = listener.published === null ? [] : status.gate.pairs.filter((pair) => keys.has(keyOf(pair)));
  const sds = sdsStep(own, { sds: status.sds, plain: false });
  return [
    publishedStep(input),
    gatewayStep(input),
    hookStep(input),
    ...sds === null ? [] : [sds],
    ...envoy,
  ];
}

function publishedStep({ listener, status, evidence }: StepInput): Step {
  const { output } = status.gate;
  const written = output.publishedAt === null ? "never written" : `written ${timeText(output.publishedAt)}`;
  const lines = [`${output.file}: revision ${output.revision || "none"}, ${written}`];
  if (output.message !== "") lines.push(output.message);
  const { published } = listener;
  if (published === null) {
    return {
      name: "published",
      mark: "failed",
      evidence: [...lines, `listener "${listener.name}" is left out`],
    };
  }
  lines.push(`listener "${published.listener}" of Gateway ${keyOf(published)} goes out`);
  let mark: Mark = output.message === "" ? "ok" : "failed";
  for (const secret of listener.secrets.filter(({ serial }) => serial !== null)) {
    const found = evidence.published.get(keyOf(secret));
    if (found === undefined || found.kind === "unreadable") {
      lines.push(`${keyOf(secret)}: this user cannot look into the file: ${found?.detail ?? "not asked"}`);
      mark = worst([mark, "unknown"]);
    } else if (found.kind === "there" && isDirect(secret, status.gate.pairs)) {
      lines.push(`${keyOf(secret)}: a placeholder is in the file, Envoy asks certgate for the pair`);
    } else if (found.kind === "there" && sameSerial(found.serial, secret.serial!)) {
      lines.push(`${keyOf(secret)}: serial ${found.serial} is in the file`);
    } else {
      const other = found.kind === "there" ? `serial ${found.serial}` : "nothing";
      lines.push(`${keyOf(secret)}: ${other} is in the file, serial ${secret.serial} should be`);
      mark = "failed";
    }
  }
  return { name: "published", mark, evidence: lines };
}

function isDirect(secret: ObjectName, pairs: readonly PairStatus[]): boolean {
  return pairs.some((pair) => keyOf(pair) === keyOf(secret) && pair.delivery === "sds");
}

function gatewayStep({ listener, status }: StepInput): Step {
  const name = "gateway";
  const gateway = status.gate.gateways.find((other) => keyOf(other) === keyOf(listener.gateway));
  if (gateway === undefined) return { name, mark: "unknown", evidence: ["nothing is known of its Gateway"] };
  if (gateway.published.length === 0) {
    return {
      name,
      mark: "failed",
      evidence: [gateway.message || "the Gateway stays out of what is published"],
    };
  }
  const { revision, seenRevision } = gateway;
  if (seenRevision === null) {
    return {
      name,
      mark: "unknown",
      evidence: [`Envoy Gateway has not shown revision ${revision} to the hook`],
    };
  }
  if (seenRevision === revision || gateway.converged) {
    return { name, mark: "ok", evidence: [`Envoy Gateway has shown revision ${seenRevision} to the hook`] };
  }
  const words = `Envoy Gateway has shown revision ${seenRevision} to the hook, ${revision} is published`;
  return { name, mark: "attention", evidence: [words] };
}

function hookStep({ listener, status }: StepInput): Step {
  const name = "hook";
  const gateway = keyOf(listener.published ?? listener.gateway);
  const all = status.snapshots;
  // Without CertState objects a snapshot does not say which Gateways it is of.
  const own = all.filter(({ gateways }) => gateways?.some((other) => keyOf(other) === gateway));
  const snapshots = own.length > 0 ? own : all;
  if (snapshots.length === 0) {
    return { name, mark: "unknown", evidence: ["the hook has not been called yet"] };
  }
  const hit = snapshots.flatMap(({ withheld }) => withheld)
    .find((row) => row.hostname.toLowerCase() === listener.hostname.toLowerCase());
  if (hit?.by === "gate") {
    const words = "the hook refuses it where a wildcard would answer, because the gate withholds it";
    return { name, mark: "ok", evidence: [words] };
  }
  if (hit !== undefined) {
    const evidence = [
      `withheld in the latest answer, listener ${hit.listener}, secret ${hit.secret}`,
      hit.message,
    ];
    return { name, mark: "failed", evidence: hit.detail ? [...evidence, hit.detail] : evidence };
  }
  const refused = snapshots.find((snapshot) => snapshot.refused)?.refused;
  if (refused) {
    const words = `a call was refused at ${timeText(refused.at)}: ${refused.message}`;
    return { name, mark: "failed", evidence: [words, "Envoy Gateway goes on with the answer before"] };
  }
  const latest = snapshots.map(({ answeredAt }) => answeredAt).sort().at(-1)!;
  return { name, mark: "ok", evidence: [`the latest answer, ${timeText(latest)}, withholds nothing of it`] };
}

/** What the running Envoys have loaded of a listener. */
export function envoyStep({ listener, status }: StepInput): Step {
  const name = "envoy";
  const gateway = keyOf(listener.published ?? listener.gateway);
  const { envoys } = status.gate;
  // Merged Gateways share an Envoy, which is named after their class.
  const own = envoys.filter(({ cluster }) => cluster === gateway);
  const asked = own.length > 0 ? own : envoys;
  if (asked.length === 0) return { name, mark: "unknown", evidence: ["there is no admin endpoint to ask"] };
  const wanted = listener.secrets.flatMap(({ serial }) => serial ?? []);
  const lines: string[] = [];
  const marks: Mark[] = [];
  for (const { admin, up, state, message, serials, rejected, warming } of asked) {
    if (!up) {
      lines.push(`${admin}: ${message || "does not answer"}`);
      marks.push("unknown");
      continue;
    }
    const absent = wanted.filter((serial) => !serials.some((other) => sameSerial(other, serial)));
    lines.push(
      absent.length > 0
        ? `${admin}: serial ${absent.join(", ")} is not loaded`
        : wanted.length > 0
        ? `${admin}: serial ${wanted.join(", ")} is loaded`
        : `${admin}: there is nothing of it to be loaded`,
    );
    marks.push(absent.length > 0 || wanted.length === 0 ? "failed" : "ok");
    const refused = Object.entries(rejected).filter(([, count]) => count > 0);
    if (refused.length > 0) {
      lines.push(
        `${admin}: updates refused since its start: ${refused.map((entry) => entry.join(" ")).join(", ")}`,
      );
      marks.push("attention");
    }
    if (state !== "LIVE") {
      lines.push(`${admin}: it is ${state}, and listens on nothing before it is LIVE`);
      marks.push("failed");
    } else if (warming.length > 0) {
      lines.push(`${admin}: listeners that wait before they serve: ${warming.join(", ")}`);
      marks.push("attention");
    }
  }
  return { name, mark: worst(marks), evidence: lines };
}

/** What a client is shown now. */
export function handshakeStep({ listener, evidence }: StepInput): Step {
  const name = "handshake";
  const { probe } = evidence;
  const target = `127.0.0.1:${listener.port}`;
  if (probe === null) {
    return { name, mark: "unknown", evidence: ["not tried: the listener does not speak TLS"] };
  }
  if (probe.kind !== "presented") {
    const words = probe.kind === "refused"
      ? "takes the connection and shows no certificate"
      : "does not answer";
    const mark = probe.kind === "unreachable" && listener.delivery === "served" ? "unknown" : "failed";
    return { name, mark, evidence: [`${target} ${words}: ${probe.detail}`] };
  }
  const shown = `${target} shows serial ${probe.serial} for ${probe.names.join(", ")}, ` +
    `valid to ${moment(probe.notAfter)} (${probe.protocol})`;
  if (!listener.managed) return { name, mark: "ok", evidence: [shown] };
  const expected = listener.secrets.flatMap(({ serial }) => serial ?? []);
  if (expected.some((serial) => sameSerial(serial, probe.serial))) {
    return { name, mark: "ok", evidence: [shown] };
  }
  const words = expected.length === 0
    ? "nothing of this hostname is published, so this is another certificate"
    : `serial ${expected.join(", ")} should be shown`;
  return { name, mark: "failed", evidence: [shown, words] };
}
