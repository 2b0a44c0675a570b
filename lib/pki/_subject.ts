import { Buffer } from "node:buffer";

/** The members of a subject beside the common name. */
export interface WantedSubject {
  readonly countries?: readonly string[];
  readonly provinces?: readonly string[];
  readonly localities?: readonly string[];
  readonly streetAddresses?: readonly string[];
  readonly postalCodes?: readonly string[];
  readonly organizations?: readonly string[];
  readonly organizationalUnits?: readonly string[];
  readonly serialNumber?: string;
}

/** A value of an attribute with the kind of string that it is written as. */
export type AttributeValue = { readonly printableString: string } | { readonly utf8String: string };

/** The order in which Go writes them (`pkix.Name.ToRDNSequence`), and so everybody who is made with it. */
const ATTRIBUTES = [
  ["countries", "2.5.4.6"],
  ["provinces", "2.5.4.8"],
  ["localities", "2.5.4.7"],
  ["streetAddresses", "2.5.4.9"],
  ["postalCodes", "2.5.4.17"],
  ["organizations", "2.5.4.10"],
  ["organizationalUnits", "2.5.4.11"],
] as const;
const COMMON_NAME = "2.5.4.3", SERIAL_NUMBER = "2.5.4.5";

/** What may stand in a PrintableString, as Go has it. */
const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;

/**
 * A subject as `@peculiar/x509` takes it, one member of the list for each set of attributes. Values are given with their
 * kind of string: a plain text would be looked at for `#`, quotes and backslashes.
 */
export function subjectName(
  commonName: string,
  subject: WantedSubject | null,
): Record<string, AttributeValue[]>[] {
  const sets: Record<string, AttributeValue[]>[] = [];
  const add = (type: string, values: readonly string[]) => {
    if (values.length > 0) sets.push({ [type]: inOrder(values).map(valueOf) });
  };
  for (const [member, type] of ATTRIBUTES) add(type, subject?.[member] ?? []);
  if (commonName !== "") add(COMMON_NAME, [commonName]);
  if (subject?.serialNumber) add(SERIAL_NUMBER, [subject.serialNumber]);
  return sets;
}

function valueOf(text: string): AttributeValue {
  return PRINTABLE.test(text) ? { printableString: text } : { utf8String: text };
}

/** The order of a SET OF in DER: by their bytes, of which the length comes first and then the kind of string. */
function inOrder(values: readonly string[]): string[] {
  return values.map((text) => ({ text, bytes: Buffer.from(text, "utf8"), last: PRINTABLE.test(text) }))
    .sort((a, b) =>
      a.bytes.length - b.bytes.length || Number(a.last) - Number(b.last) || Buffer.compare(a.bytes, b.bytes)
    )
    .map(({ text }) => text);
}
