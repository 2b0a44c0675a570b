import type { ControlPlaneStatus } from "../../lib/model/mod.ts";

/** The status of certificates of the control plane that are well, except for what is told. */
export function sampleControlPlane(changes: Partial<ControlPlaneStatus> = {}): ControlPlaneStatus {
  return {
    configHome: "/etc/envoy-gateway",
    state: "whole",
    problem: "",
    authority: {
      names: [],
      subject: "CN=envoy-gateway",
      issuer: "CN=envoy-gateway",
      serial: "01",
      fingerprint: "AA",
      notBefore: "2026-01-01T00:00:00Z",
      notAfter: "2031-01-01T00:00:00Z",
    },
    trusted: 1,
    nearEnd: false,
    expired: false,
    automatic: false,
    dueAt: null,
    held: "",
    underWay: null,
    rotatedAt: null,
    failure: null,
    ...changes,
  };
}
