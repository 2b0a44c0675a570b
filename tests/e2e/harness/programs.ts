export function toolPath(name: "envoy" | "envoy-gateway"): string | null {
  const root = new URL("../../../.cache/", import.meta.url).pathname;
  return name === "envoy" ? root + "envoy-1.40.0/envoy" : root + "envoy-gateway-1.9.0/envoy-gateway";
}
