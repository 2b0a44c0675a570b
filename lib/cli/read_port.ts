import { InvalidArgumentError } from "commander";

/** A port as it is written on the command line. */
export function readPort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > 65535) {
    throw new InvalidArgumentError("Expected a port, 1 to 65535.");
  }
  return Number(text);
}
