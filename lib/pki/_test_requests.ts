import type { WantedRequest } from "./make_request.ts";
import type { KEYS } from "./_test_material.ts";

/** What cert-manager was asked for, and the body of the request that it made of it. */
export interface RequestCase {
  readonly key: keyof typeof KEYS;
  readonly wanted: Partial<Omit<WantedRequest, "key">>;
  /** CertificationRequestInfo as DER, in base64. */
  readonly info: string;
}

/** Made with `GenerateCSR` of cert-manager 1.21.2 (package pkg/util/pki) from the keys of _test_material.ts. */
export const REQUESTS: readonly RequestCase[] = [
  {
    key: "p256",
    wanted: { "dnsNames": ["www.example.com"], "usages": ["digital signature", "key encipherment"] },
    info: "MIGiAgEAMAAwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATLy44fXhNL8rnozO9NF2GN/xx5r8DzkmOiTeqQCmZrKGlCHFP/" +
      "RvqALNHhRE7BIgdw6B6fA1h/aAl3lYDJqwmnoEAwPgYJKoZIhvcNAQkOMTEwLzAdBgNVHREBAf8EEzARgg93d3cuZXhhbXBs" +
      "ZS5jb20wDgYDVR0PAQH/BAQDAgWg",
  },
  {
    key: "rsa2048",
    wanted: {
      "commonName": "www.example.com",
      "dnsNames": ["www.example.com", "*.example.com"],
      "ipAddresses": ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.9"],
      "emailAddresses": ["ops@example.com"],
      "usages": [
        "signing",
        "server auth",
        "client auth",
        "s/mime",
        "any",
        "ocsp signing",
        "microsoft sgc",
        "netscape sgc",
        "timestamping",
        "ipsec user",
        "code signing",
        "ipsec tunnel",
        "ipsec end system",
      ],
    },
    info: "MIICSgIBADAaMRgwFgYDVQQDEw93d3cuZXhhbXBsZS5jb20wggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQDlbd55" +
      "DF1W39UKl+xtdt9XL96oBISG1q9RN1vUSKUeELFOc9jPZfFDaTXYU5gzEPd1Jb9nLL5S5c8pQQtmCiwZ7cF3fQm233KgjZ3f" +
      "vYXziA/Pm1ZdEb0U1FhsWARECWesPfOt/xYyKOS7tGpoGN0kux+By0+5JSNo/OBZ0pkLilW9ZmPfUjYYeMAvxbTgumwK0M07" +
      "1bKU/gPf3BcZCgo/bzLrKTXLl9c7QbmPfkGAfvKU/6PMtQfBYwK0tM4AIwiqpt6iTZsemw20wl2X/mMcK97Cjybx3QwwFrOV" +
      "0sR3rEn2eLco0UMnwTGkzVTWyOW8fHre9WK3a6LZ93NCQRbhAgMBAAGgggEBMIH+BgkqhkiG9w0BCQ4xgfAwge0wWAYDVR0R" +
      "BFEwT4IPd3d3LmV4YW1wbGUuY29tgg0qLmV4YW1wbGUuY29tgQ9vcHNAZXhhbXBsZS5jb22HBMAAAgGHECABDbgAAAAAAAAA" +
      "AAAAAAGHBMAAAgkwDgYDVR0PAQH/BAQDAgeAMIGABgNVHSUEeTB3BggrBgEFBQcDAQYIKwYBBQUHAwIGCCsGAQUFBwMEBgRV" +
      "HSUABggrBgEFBQcDCQYKKwYBBAGCNwoDAwYJYIZIAYb4QgQBBggrBgEFBQcDCAYIKwYBBQUHAwcGCCsGAQUFBwMDBggrBgEF" +
      "BQcDBgYIKwYBBQUHAwU=",
  },
  {
    key: "p384",
    wanted: {
      "commonName": "münchen.example",
      "usages": ["decipher only", "key agreement"],
      "subject": {
        "countries": ["DE", "AT"],
        "provinces": ["Bayern"],
        "localities": ["Zürich", "Bern", "A_b"],
        "streetAddresses": ["Weg 1, #2"],
        "postalCodes": ["80331"],
        "organizations": ["Longest of all", "Äb", "Short", "#41", '"q\\'],
        "organizationalUnits": ["b*", "a@"],
        "serialNumber": "42",
      },
    },
    info: "MIIBpgIBADCCAQMxFjAJBgNVBAYTAkFUMAkGA1UEBhMCREUxDzANBgNVBAgTBkJheWVybjEpMAoGA1UEBwwDQV9iMAsGA1UE" +
      "BxMEQmVybjAOBgNVBAcMB1rDvHJpY2gxEjAQBgNVBAkMCVdlZyAxLCAjMjEOMAwGA1UEERMFODAzMzExSTAKBgNVBAoMAyJx" +
      "XDAKBgNVBAoMAyM0MTAKBgNVBAoMA8OEYjAMBgNVBAoTBVNob3J0MBUGA1UEChMOTG9uZ2VzdCBvZiBhbGwxFjAJBgNVBAsM" +
      "AmFAMAkGA1UECwwCYioxGTAXBgNVBAMMEG3DvG5jaGVuLmV4YW1wbGUxCzAJBgNVBAUTAjQyMHYwEAYHKoZIzj0CAQYFK4EE" +
      "ACIDYgAEI1YiFWF3VfUMPk3I1ZeE1oawXiXMU/IRxr30N/a9zOI9EB70QKvo/o3WNuz/mHtd4+klXHi+0Fajuk4V2Wl9AIgT" +
      "1q6ARAkimDbRoBLOCIJVuqdvZJSUzF9tj39obvF6oCIwIAYJKoZIhvcNAQkOMRMwETAPBgNVHQ8BAf8EBQMDBwiA",
  },
  {
    key: "p521",
    wanted: {
      "commonName": "a",
      "usages": ["cert sign", "crl sign", "content commitment", "data encipherment", "encipher only"],
      "subject": {
        "organizations": [
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
          "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy",
          "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy",
        ],
      },
    },
    info: "MIICdgIBADCCAa4xggGeMIGFBgNVBAoTfnl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5" +
      "eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5" +
      "eXl5eXl5eTCBhgYDVQQKE395eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5" +
      "eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5" +
      "MIGKBgNVBAoTgYJ4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4" +
      "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4MQow" +
      "CAYDVQQDEwFhMIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQBQrOn/SSfra8rYbDIEeoT2gJ5aDJQu/V1MLOcrOeJzeKb/GaG" +
      "YIUkKoHpYngEdLFD4+0OciJuAQQhDdddt4kqI5wAymP2Ktjwb8tS/1P30KcBwHHb5c33J8lx+fsbSGrMOgpFCw37QseVdTy/" +
      "zST0Z4PWdVB7wM4uTaf6zSlk5QmL1OigITAfBgkqhkiG9w0BCQ4xEjAQMA4GA1UdDwEB/wQEAwIAVw==",
  },
  {
    key: "ed25519",
    wanted: { "dnsNames": ["a.example"], "usages": [] },
    info: "MG0CAQAwADAqMAUGAytlcAMhAIkoiQN1Af5wR5569BvSjOgBhcJ6Q0AbzN+ndwOnt6H7oDowOAYJKoZIhvcNAQkOMSswKTAX" +
      "BgNVHREBAf8EDTALgglhLmV4YW1wbGUwDgYDVR0PAQH/BAQDAgWg",
  },
  {
    key: "p256",
    wanted: {
      "dnsNames": ["a.example"],
      "usages": ["digital signature"],
      "subject": { "organizations": [""], "organizationalUnits": ["ö", "oo", "é"] },
    },
    info: "MIHHAgEAMC4xCTAHBgNVBAoTADEhMAkGA1UECwwCw6kwCQYDVQQLDALDtjAJBgNVBAsTAm9vMFkwEwYHKoZIzj0CAQYIKoZI" +
      "zj0DAQcDQgAEy8uOH14TS/K56MzvTRdhjf8cea/A85Jjok3qkApmayhpQhxT/0b6gCzR4UROwSIHcOgenwNYf2gJd5WAyasJ" +
      "p6A3MDUGCSqGSIb3DQEJDjEoMCYwFAYDVR0RBA0wC4IJYS5leGFtcGxlMA4GA1UdDwEB/wQEAwIHgA==",
  },
];
