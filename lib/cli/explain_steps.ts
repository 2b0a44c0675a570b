import { deliverySteps, handshakeStep } from "./explain_delivery.ts";
import { pairSteps } from "./explain_pairs.ts";
import { keyOf, type Step, type StepInput } from "./explain_step.ts";

/**
 * The ten steps from the files on disk to what Envoy serves now; with local policy one more, before the last, and one before
 * the pair where it is issued on this host.
 */
export function explainSteps(input: StepInput): Step[] {
  return [
    resourceStep(input),
    ...(input.listener.managed ? pairSteps(input) : []),
    ...deliverySteps(input),
    ...(input.policy === null ? [] : [input.policy]),
    handshakeStep(input),
  ];
}

function resourceStep({ listener, behind }: StepInput): Step {
  const { owner, place, name, problem, message } = listener;
  const evidence = [
    `${place}: listener "${name}" of ${owner.kind} ${
      keyOf(owner)
    }, ${listener.protocol} on port ${listener.port}`,
    ...behind.filter(({ port }) => port === listener.port).map((other) =>
      `${other.place}: "${other.hostname}", listener "${other.name}" of ${
        keyOf(other.gateway)
      }, would take it too`
    ),
  ];
  if (problem !== null) {
    return { name: "resource", mark: "failed", evidence: [...evidence, `${problem}: ${message}`] };
  }
  if (!listener.managed) {
    evidence.push("its certificates are not judged: it names none, or does not end TLS itself");
  }
  return { name: "resource", mark: "ok", evidence };
}
