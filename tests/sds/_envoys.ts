import { toolPath } from "../setup/tools.ts";

/** Versions of Envoy that certgate speaks with; `null` where it is not on this machine. */
export const ENVOYS: Readonly<Record<string, string | null>> = {
  "1.36": toolPath("envoy-1.36"),
  "1.37": toolPath("envoy-1.37"),
  "1.38": toolPath("envoy-1.38"),
  "1.39": toolPath("envoy-1.39"),
  "1.40": toolPath("envoy"),
};
