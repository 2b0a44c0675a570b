import type { ScalarTag } from "yaml";

/**
 * How plain words become values in Kubernetes files: the rules of go-yaml 2, a mixture of YAML 1.1 and 1.2. `yes`,
 * `on` and `y` are true, `010` is eight, `1_000` is a thousand, dates and `12:30` are text.
 */
export const SCALAR_TAGS: ScalarTag[] = [
  {
    tag: "tag:yaml.org,2002:null",
    default: true,
    identify: (value) => value === null,
    test: /^(?:~|[Nn]ull|NULL)?$/,
    resolve: () => null,
  },
  {
    tag: "tag:yaml.org,2002:bool",
    default: true,
    identify: (value) => typeof value === "boolean",
    test: /^(?:[Yy]|[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON|[Nn]|[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)$/,
    resolve: (text) => /^(?:y|yes|true|on)$/i.test(text),
  },
  {
    tag: "tag:yaml.org,2002:int",
    default: true,
    identify: (value) => Number.isInteger(value),
    test: /^[-+]?(?:0[xX][0-9a-fA-F_]+|0[oO]?[0-7_]+|0[bB][01_]+|0|[1-9][0-9_]*)$/,
    resolve: toInteger,
  },
  {
    tag: "tag:yaml.org,2002:float",
    default: true,
    identify: (value) => typeof value === "number",
    test: /^[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$/,
    resolve: (text) => Number(text.replaceAll("_", "")),
  },
];

function toInteger(text: string): number {
  const plain = text.replaceAll("_", "");
  const sign = plain.startsWith("-") ? -1 : 1;
  const digits = plain.replace(/^[-+]/, "");
  // Number() knows 0x, 0o and 0b, not the bare zero of C.
  return sign * Number(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
}
