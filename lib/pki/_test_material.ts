import { Buffer } from "node:buffer";
import { KeyMaterial, type PairBytes } from "../model/mod.ts";
import { toPem } from "./to_pem.ts";

/*
 * Keys and a builder of certificates for the tests of this folder and of those above. The keys were made for this file,
 * are known to everybody who can read it, and belong to no certificate outside of tests. The certificates carry a
 * made-up signature, since nothing that is tested verifies one.
 */

const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));

/** A key as PKCS #8 and as SubjectPublicKeyInfo. */
export interface TestKey {
  readonly pkcs8: Uint8Array;
  readonly spki: Uint8Array;
}

/** Fixed keys, one of each kind. */
export const KEYS = {
  p256: {
    pkcs8: bytes(
      "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgxzMMA7Byvh7dg22ovLDLrqQycDCG5ncuZ95PT7v1tNuhRANC" +
        "AATLy44fXhNL8rnozO9NF2GN/xx5r8DzkmOiTeqQCmZrKGlCHFP/RvqALNHhRE7BIgdw6B6fA1h/aAl3lYDJqwmn",
    ),
    spki: bytes(
      "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEy8uOH14TS/K56MzvTRdhjf8cea/A85Jjok3qkApmayhpQhxT/0b6gCzR4URO" +
        "wSIHcOgenwNYf2gJd5WAyasJpw==",
    ),
  },
  p384: {
    pkcs8: bytes(
      "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDAHZi45nkNguS3H/CGB9d4hoobbzdYSy535pnscxZ914IDnIkto" +
        "NjT+CXruJAJeKCWhZANiAAQjViIVYXdV9Qw+TcjVl4TWhrBeJcxT8hHGvfQ39r3M4j0QHvRAq+j+jdY27P+Ye13j6SVceL7Q" +
        "VqO6ThXZaX0AiBPWroBECSKYNtGgEs4IglW6p29klJTMX22Pf2hu8Xo=",
    ),
    spki: bytes(
      "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEI1YiFWF3VfUMPk3I1ZeE1oawXiXMU/IRxr30N/a9zOI9EB70QKvo/o3WNuz/mHtd" +
        "4+klXHi+0Fajuk4V2Wl9AIgT1q6ARAkimDbRoBLOCIJVuqdvZJSUzF9tj39obvF6",
    ),
  },
  p521: {
    pkcs8: bytes(
      "MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIBMJxbzHDJj1UM8+/TunpIZO1d4aC4urfu63MjbUCmC4OiKGm5" +
        "E7wpActIjIlN2q/DrrnL2X/bCF8RNxCsI+Fd1xOhgYkDgYYABAFCs6f9JJ+trythsMgR6hPaAnloMlC79XUws5ys54nN4pv8" +
        "ZoZghSQqgelieAR0sUPj7Q5yIm4BBCEN1123iSojnADKY/Yq2PBvy1L/U/fQpwHAcdvlzfcnyXH5+xtIasw6CkULDftCx5V1" +
        "PL/NJPRng9Z1UHvAzi5Np/rNKWTlCYvU6A==",
    ),
    spki: bytes(
      "MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQBQrOn/SSfra8rYbDIEeoT2gJ5aDJQu/V1MLOcrOeJzeKb/GaGYIUkKoHpYngE" +
        "dLFD4+0OciJuAQQhDdddt4kqI5wAymP2Ktjwb8tS/1P30KcBwHHb5c33J8lx+fsbSGrMOgpFCw37QseVdTy/zST0Z4PWdVB7" +
        "wM4uTaf6zSlk5QmL1Og=",
    ),
  },
  rsa2048: {
    pkcs8: bytes(
      "MIIEvwIBADANBgkqhkiG9w0BAQEFAASCBKkwggSlAgEAAoIBAQDlbd55DF1W39UKl+xtdt9XL96oBISG1q9RN1vUSKUeELFO" +
        "c9jPZfFDaTXYU5gzEPd1Jb9nLL5S5c8pQQtmCiwZ7cF3fQm233KgjZ3fvYXziA/Pm1ZdEb0U1FhsWARECWesPfOt/xYyKOS7" +
        "tGpoGN0kux+By0+5JSNo/OBZ0pkLilW9ZmPfUjYYeMAvxbTgumwK0M071bKU/gPf3BcZCgo/bzLrKTXLl9c7QbmPfkGAfvKU" +
        "/6PMtQfBYwK0tM4AIwiqpt6iTZsemw20wl2X/mMcK97Cjybx3QwwFrOV0sR3rEn2eLco0UMnwTGkzVTWyOW8fHre9WK3a6LZ" +
        "93NCQRbhAgMBAAECggEADkQ2+5F6g2KvSXWZgNQNvsrt/kYrpIPYioUV+30Z8WTp1Z5MCteEuWOjMsS999zz+k+i14xXeGms" +
        "aF0QU6PJysH3UBIRJtM9ukCcItPS7soU65y18dsexhsPNYuClmV8UiBXFQiB7ZQP5yEopbj4FWbiZmyJVFK8ITTqUYOQO0Cc" +
        "eNxcARiyOQVU+6lFU7ZHHhAnKyGRFXsOYFe/gKvzrbzg27hhWUonMct2dxg0f1L28ociTnPsonm8qJwFN06apsH3lzxXb+SP" +
        "mXOEFCXi2cnw8i6oUtiUHsqJLVjIoUUtA1xTjwD8Nfp/IOmM13DGR8Yam3ARY205+iWjfyEi/QKBgQD9oGjUrvlnm2BxLhDJ" +
        "+ZpL5P1ZchHEG6dVlpDaEVAdCHXMBF7ms6/YSn91M2VmBtOy0bMiwfWcnDUANsdpuZOti7CjhBKxt5kj+2H/CJlEoePJ5n2t" +
        "eYdLarzk5RemuMT2nCRtWRgooPgReWKe+J+KD8sq/DO644ANYsHqout+pQKBgQDnk33v1mTxHojM1P7e//apGfvEXbgLnmB5" +
        "RikvV0HL0J/BGjEnXapvW2IHZByGw1dmreNvboUeIukfAVz7ydB0NbXWB+MEpphpBkZANWj7giGXLxuCY9i/MWNrqi9Au2no" +
        "Kr0jFDU4Dai4blajxtlERZFsbxzg6gpvA11yFdEejQKBgQDeo8Oif/7b3l9ouyFty7iQyvFDZYkG96eK0GNTqkMDWXveni+Y" +
        "oT/JxIvinD10tKV9oet4pX8v/UfhajTfMFLc03U59SRb8WlzVqcNs8SnpN1LTRQiBj6oC4jJ/fknF6d/PE4V11IHyFY7MK1M" +
        "E8Ao9/hHQaE/e5nbJkhH6sCDKQKBgQC+h+KJDyuUGxxQ8zoT/iNStFcqFDXWEWOsxCYkljVDXQ3j0gn5Kp6M6nH4RM0Xr+bc" +
        "S1uiFhueVPjbEsMPQteolXxbcbe93tftKUVplMggjsvWWOLYYBA4FomHTsl8B/a2F1vwXbL/wHU98UKFk5i1DEv/HFh1UPpu" +
        "piUfNYYODQKBgQC5aBqfqmBIOfHdUnYJJHp7sO1jaXS6aw+A/L9Cuwm7wjuEzJYzvFBZIx6Et+r8Ezf74IyK3Mlhqz6YNifD" +
        "4xew4QkHXND2clc8vDaJ0m/jLDoTAP+1a+6l9cJet77Du/93Y5BmNODaRt7cdmTfhIBI13+3NCNtkYQLlRNupXDi7w==",
    ),
    spki: bytes(
      "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA5W3eeQxdVt/VCpfsbXbfVy/eqASEhtavUTdb1EilHhCxTnPYz2Xx" +
        "Q2k12FOYMxD3dSW/Zyy+UuXPKUELZgosGe3Bd30Jtt9yoI2d372F84gPz5tWXRG9FNRYbFgERAlnrD3zrf8WMijku7RqaBjd" +
        "JLsfgctPuSUjaPzgWdKZC4pVvWZj31I2GHjAL8W04LpsCtDNO9WylP4D39wXGQoKP28y6yk1y5fXO0G5j35BgH7ylP+jzLUH" +
        "wWMCtLTOACMIqqbeok2bHpsNtMJdl/5jHCvewo8m8d0MMBazldLEd6xJ9ni3KNFDJ8ExpM1U1sjlvHx63vVit2ui2fdzQkEW" +
        "4QIDAQAB",
    ),
  },
  rsa1024: {
    pkcs8: bytes(
      "MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAOahgvi8baIO52ZFE497jZyfGU3OvyXvR+I8a0OJdIpm8YYt" +
        "KwFALImo3WqYFGikyy5sZYWlUz1tLDJahwA1aFGos/7a0yQkdeLGFt17TW/LCUSKFnnHFJ/ueWxhf3UHkzU252ZCuZ+yJxOI" +
        "knOYJDyNo2uf9cZ69F46jThbZaclAgMBAAECgYAO5lxZyYKjt6bHeqr62BacCcNOvY6n2r+gJBsh791xm5j6/CwNFqJJ+njj" +
        "jBO1dwARbbtZWQb5rvXuAt856jlk/cTkkCDOd2zV6PDQgssW0CGINuFvMtL7rmH+z57ECQL007IxMMWcZnNTJq3m2YWcZuOK" +
        "tVn2CgkIyX2fJf72AQJBAPaByVPb6iTesytxXY739RbgnbndbnmxB8ne/9pAWLR+erPg6gh7byHnC/NuZOmAsF1RMqBpVIkQ" +
        "ywKDE5M2ZcECQQDvgzWWHpzH4s4HzHiSBsfH2U2qg+R4L5DOCjVJ139/R6XqPAB2S2uxR40VnxFBqCW7/nIFbvndoSMWwqNL" +
        "JAJlAkEAodL75thUspWcC2XlpGh09erIwG50CuFDmquRTKa3VO4/AP0ixiS6BQiXWNxc1MlNfkVCtfnPrBdhHioMXLT2QQJA" +
        "VxuWMpnBlWTkX6u6sgkrQYDDoV9EiX1rIbROuyNX6FeLfQwDcwJtEVWfdxyZ7xITXzLkDxvUXgmLtGxnbR2UjQJADTuSZwK+" +
        "tSggyUXFOntHlsuV1l6ZXrD14WLfAO8NhDOAyfRB1gYFC/PhKpLfdX1hcdemHtJarmT1GjHcf1BuBQ==",
    ),
    spki: bytes(
      "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDmoYL4vG2iDudmRROPe42cnxlNzr8l70fiPGtDiXSKZvGGLSsBQCyJqN1q" +
        "mBRopMsubGWFpVM9bSwyWocANWhRqLP+2tMkJHXixhbde01vywlEihZ5xxSf7nlsYX91B5M1NudmQrmfsicTiJJzmCQ8jaNr" +
        "n/XGevReOo04W2WnJQIDAQAB",
    ),
  },
  ed25519: {
    pkcs8: bytes(
      "MC4CAQAwBQYDK2VwBCIEIMm+KsS5z3+YgDhCy1KVKovejx+REaRFs8Ttm4GzJeNC",
    ),
    spki: bytes(
      "MCowBQYDK2VwAyEAiSiJA3UB/nBHnnr0G9KM6AGFwnpDQBvM36d3A6e3ofs=",
    ),
  },
  p224: {
    pkcs8: bytes(
      "MHgCAQAwEAYHKoZIzj0CAQYFK4EEACEEYTBfAgEBBBxzoAekItJswWJC/O3XN5OFI7ZHop/z5Y5rcHMaoTwDOgAEqbPc70cY" +
        "FvYqKOzj9noZle9qrfTk1+O5Ec56woY2wybRohT0rIFMixKybxSq/i3WeiGa1SuGO+c=",
    ),
    spki: bytes(
      "ME4wEAYHKoZIzj0CAQYFK4EEACEDOgAEqbPc70cYFvYqKOzj9noZle9qrfTk1+O5Ec56woY2wybRohT0rIFMixKybxSq/i3W" +
        "eiGa1SuGO+c=",
    ),
  },
} as const satisfies Record<string, TestKey>;

/** The P-256 key with the passphrase "x". */
export const ENCRYPTED_KEY: Uint8Array = bytes(
  "LS0tLS1CRUdJTiBFTkNSWVBURUQgUFJJVkFURSBLRVktLS0tLQpNSUhzTUZjR0NTcUdTSWIzRFFFRkRUQktNQ2tHQ1NxR1NJ" +
    "YjNEUUVGRERBY0JBaXlDKzVZOFhLSnVnSUNDQUF3CkRBWUlLb1pJaHZjTkFna0ZBREFkQmdsZ2hrZ0JaUU1FQVNvRUVLTHZB" +
    "cFpqalg1R05KdnRJRm1FRTNZRWdaQ00KZ0hBREk2ZFpiRnF6b0lCODR5VjBkc1Jvc3FqbXB1ZW83YUV1cTV0QXFmWks1Q1lP" +
    "RmtnUEs0NzltNjA5RWZtSwpTRklaK0dJenpYTmJEYU8reXQwK0VNZkUzMVh0L1NNNVNlOUlRRkx5RzBWZkFweVVpNDBCdEU3" +
    "dVU5UVZOWHNlCkJWMXRFdmczcGtaSUVsY2VDQlZ5SG1GdVJwQ3ludzVwRFhHV1JOQkRCVDBWSGMwNmJ6ZzZFYnNCVVlNakpz" +
    "RT0KLS0tLS1FTkQgRU5DUllQVEVEIFBSSVZBVEUgS0VZLS0tLS0K",
);

/** Bytes one after the other. */
export const join = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** Latin-1 bytes of a text. */
export const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, "latin1"));

/** A DER element. */
export function tlv(tag: number, ...contents: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const body = join(...contents.map((part) => new Uint8Array(part)));
  const length: number[] = [];
  for (let rest = body.length; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest % 256);
  const header = body.length < 128 ? [body.length] : [0x80 + length.length, ...length];
  return join(new Uint8Array([tag, ...header]), body);
}

/** An OBJECT IDENTIFIER. */
export function oid(dotted: string): Uint8Array {
  const [first, second, ...arcs] = dotted.split(".").map(Number);
  const contents = [first * 40 + second];
  for (const arc of arcs) {
    const digits = [arc % 128];
    for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) {
      digits.unshift(rest % 128 + 128);
    }
    contents.push(...digits);
  }
  return tlv(6, contents);
}

/** A Name with one attribute for each entry, a type's dotted identifier and its value as UTF-8 or as an element. */
export function name(...attributes: readonly (readonly [string, string | Uint8Array])[]): Uint8Array {
  return tlv(
    0x30,
    ...attributes.map(([type, value]) => {
      return tlv(0x31, tlv(0x30, oid(type), typeof value === "string" ? tlv(12, text(value)) : value));
    }),
  );
}

/** An extension. */
export const extension = (type: string, value: Uint8Array, critical = false): Uint8Array =>
  tlv(0x30, oid(type), critical ? tlv(1, [0xff]) : [], tlv(4, value));

/** A subject alternative name extension of DNS names. */
export const dnsNames = (...names: readonly string[]): Uint8Array =>
  extension("2.5.29.17", tlv(0x30, ...names.map((one) => tlv(0x82, text(one)))));

/** Parts of a certificate as DER; what is left out is as a server's usually is. */
export interface CertificateParts {
  readonly version?: Uint8Array;
  readonly serial?: Uint8Array;
  readonly signature?: Uint8Array;
  readonly issuer?: Uint8Array;
  readonly notBefore?: Uint8Array;
  readonly notAfter?: Uint8Array;
  readonly subject?: Uint8Array;
  readonly spki?: Uint8Array;
  readonly extensions?: readonly Uint8Array[];
}

export const ECDSA_SHA256: Uint8Array = tlv(0x30, oid("1.2.840.10045.4.3.2"));
export const CN = "2.5.4.3";
export const utcTime = (value: string): Uint8Array => tlv(23, text(value));
export const generalizedTime = (value: string): Uint8Array => tlv(24, text(value));

/** A certificate as DER: by default of the P-256 key, for a.example.com, from 2025 to the end of 2034. */
export function certificate(parts: CertificateParts = {}): Uint8Array {
  const signature = parts.signature ?? ECDSA_SHA256;
  const extensions = parts.extensions ?? [dnsNames("a.example.com")];
  const body = tlv(
    0x30,
    parts.version ?? tlv(0xa0, tlv(2, [2])),
    parts.serial ?? tlv(2, [0x12, 0x34]),
    signature,
    parts.issuer ?? name([CN, "Test CA"]),
    tlv(0x30, parts.notBefore ?? utcTime("250101000000Z"), parts.notAfter ?? utcTime("341231235959Z")),
    parts.subject ?? name([CN, "a.example.com"]),
    parts.spki ?? KEYS.p256.spki,
    extensions.length === 0 ? [] : tlv(0xa3, tlv(0x30, ...extensions)),
  );
  return tlv(0x30, body, signature, tlv(3, [0, 1, 2, 3]));
}

/** The same as PEM. */
export const certificatePem = (parts: CertificateParts = {}): Uint8Array =>
  toPem("CERTIFICATE", certificate(parts));

/** A key as PEM. */
export const keyPem = (key: TestKey = KEYS.p256): Uint8Array => toPem("PRIVATE KEY", key.pkcs8);

/** A pair of PEM files. */
export function pairOf(
  chain: Uint8Array | null,
  key: Uint8Array | null = keyPem(),
  staple?: Uint8Array,
): PairBytes {
  return { certificate: chain, key: key === null ? null : new KeyMaterial(key), staple: staple ?? null };
}

/** An OCSP response of status successful about one serial number (contents of an INTEGER). */
export function ocspResponse(serial: readonly number[], status = 0): Uint8Array {
  const time = generalizedTime("20260101000000Z");
  const id = tlv(0x30, tlv(0x30, oid("1.3.14.3.2.26")), tlv(4, [1]), tlv(4, [2]), tlv(2, serial));
  const single = tlv(0x30, id, tlv(0x80), time);
  const data = tlv(0x30, tlv(0xa2, tlv(4, [3])), time, tlv(0x30, single));
  const basic = tlv(0x30, data, ECDSA_SHA256, tlv(3, [0, 1]));
  return tlv(0x30, tlv(10, [status]), tlv(0xa0, tlv(0x30, oid("1.3.6.1.5.5.7.48.1.1"), tlv(4, basic))));
}
