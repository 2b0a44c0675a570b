/** Where hosts keep the authorities that they trust, in the order in which Go looks there. */
const PLACES = [
  // Debian, Ubuntu, Arch, Alpine.
  "/etc/ssl/certs/ca-certificates.crt",
  // Fedora, RHEL.
  "/etc/pki/tls/certs/ca-bundle.crt",
  // openSUSE.
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/**
 * The authorities that this host trusts, as PEM; `null` where it keeps none.
 *
 * The runtime would give its own list or that of the system only to a program that may ask for everything about the
 * system, which a released binary may not; and authorities that are given to it replace the others.
 */
export async function systemAuthorities(places: readonly string[] = PLACES): Promise<string | null> {
  for (const place of places) {
    const text = await Deno.readTextFile(place).catch(() => "");
    if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  }
  return null;
}
