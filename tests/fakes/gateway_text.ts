/**
 * A class and one Gateway in it, `edge`, as an operator writes them.
 *
 * @param listeners Its listeners, YAML list items indented by four spaces, beginning with a new line.
 */
export function gatewayText(listeners: string): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: eg }
spec: { controllerName: gateway.envoyproxy.io/gatewayclass-controller }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: envoy-gateway-system }
spec:
  gatewayClassName: eg
  listeners:${listeners}
`;
}
