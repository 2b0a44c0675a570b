/**
 * Whether a text is an IP address as Go's `net.ParseIP` reads it: four decimal numbers without leading zeros, or IPv6 with
 * at most one `::`, whose end may be an IPv4 address. A zone is none.
 */
export function isIpAddress(text: string): boolean {
  return text.includes(":") ? isIpv6(text) : isIpv4(text);
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
}

function isIpv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  let groups = 0;
  for (const [half, part] of halves.entries()) {
    if (part === "") {
      if (halves.length === 1) return false;
      continue;
    }
    const pieces = part.split(":");
    for (const [index, piece] of pieces.entries()) {
      const isEnd = half === halves.length - 1 && index === pieces.length - 1;
      if (/^[0-9a-fA-F]{1,4}$/.test(piece)) groups += 1;
      else if (isEnd && isIpv4(piece)) groups += 2;
      else return false;
    }
  }
  // Two colons stand for one group at least.
  return halves.length === 2 ? groups < 8 : groups === 8;
}

// RFC 5322 atext, and every character beyond ASCII (RFC 6532).
const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\u{80}-\\u{10ffff}-]+";
const BARE = new RegExp(`^${ATOM}(?:\\.${ATOM})*@(?:${ATOM}(?:\\.${ATOM})*|\\[([^\\[\\]\\\\]*)\\])$`, "u");

/** Whether a text is an address of e-mail and nothing but that: no name, no quotes, no comment, no blanks. */
export function isEmailAddress(text: string): boolean {
  const found = BARE.exec(text);
  return found !== null && (found[1] === undefined || isIpAddress(found[1]));
}
