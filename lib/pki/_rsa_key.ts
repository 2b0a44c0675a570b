import { type Der, SEQUENCE, takeSmallInteger } from "./_der.ts";
import type { KeyFailure, PrivateKey } from "./_private_key.ts";
import { checkRsaPublic, takeUnsigned } from "./_public_key.ts";

const INCONSISTENT: KeyFailure = {
  cause: "key_inconsistent",
  detail: "the numbers of the RSA key do not fit",
};

/** Reads an RSAPrivateKey (RFC 8017, A.1.2) of two primes, with BoringSSL's `RSA_check_key`. */
export function takeRsaKey(der: Der): PrivateKey | KeyFailure | null {
  if (!der.take(SEQUENCE)) return null;
  const fields = der.inside();
  const version = takeSmallInteger(fields);
  if (version === 1) return { cause: "rsa_parameters", detail: "the RSA key has more than two primes" };
  if (version !== 0) return null;
  const numbers: bigint[] = [];
  for (let i = 0; i < 8; i++) {
    const number = takeUnsigned(fields);
    if (number === null) return null;
    numbers.push(number);
  }
  if (!fields.done) return null;
  const [n, e, d, p, q, dp, dq, qInverse] = numbers;
  const wrong = checkRsaPublic(n, e);
  if (wrong !== null) return { cause: "key_inconsistent", detail: wrong.detail };
  if (d >= n || p >= n || q >= n || p * q !== n) return INCONSISTENT;
  const p1 = p - 1n, q1 = q - 1n;
  // A prime of 1 would divide by zero; BoringSSL fails there as well.
  if (p1 < 1n || q1 < 1n || d * e % p1 !== 1n || d * e % q1 !== 1n) return INCONSISTENT;
  if (dp >= p1 || e * dp % p1 !== 1n || dq >= q1 || e * dq % q1 !== 1n) return INCONSISTENT;
  if (qInverse >= p || q * qInverse % p !== 1n) return INCONSISTENT;
  return { kind: "RSA", n, e };
}
