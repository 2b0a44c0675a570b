const PREFIX = "cert-manager.io/";
const ACME = "acme.cert-manager.io/";

/** The keys of the reference to an issuer; they count as one. */
export const ISSUER_KEYS = {
  issuer: `${PREFIX}issuer`,
  clusterIssuer: `${PREFIX}cluster-issuer`,
  kind: `${PREFIX}issuer-kind`,
  group: `${PREFIX}issuer-group`,
} as const;

/** Keys of names that go into the certificate: a ListenerSet never takes them over from its Gateway. */
export const NAME_KEYS = {
  commonName: `${PREFIX}common-name`,
  altNames: `${PREFIX}alt-names`,
  ipSans: `${PREFIX}ip-sans`,
  emailSans: `${PREFIX}email-sans`,
} as const;

/** Keys of the subject, by the member of a Certificate; each is a line of comma-separated values. */
export const SUBJECT_KEYS = {
  organizations: `${PREFIX}subject-organizations`,
  countries: `${PREFIX}subject-countries`,
  organizationalUnits: `${PREFIX}subject-organizationalunits`,
  localities: `${PREFIX}subject-localities`,
  provinces: `${PREFIX}subject-provinces`,
  streetAddresses: `${PREFIX}subject-streetaddresses`,
  postalCodes: `${PREFIX}subject-postalcodes`,
} as const;

/** Keys of how a certificate is made. */
export const MAKING_KEYS = {
  serialNumber: `${PREFIX}subject-serialnumber`,
  duration: `${PREFIX}duration`,
  renewBefore: `${PREFIX}renew-before`,
  renewBeforePercentage: `${PREFIX}renew-before-percentage`,
  usages: `${PREFIX}usages`,
  revisionHistoryLimit: `${PREFIX}revision-history-limit`,
  algorithm: `${PREFIX}private-key-algorithm`,
  encoding: `${PREFIX}private-key-encoding`,
  size: `${PREFIX}private-key-size`,
  rotationPolicy: `${PREFIX}private-key-rotation-policy`,
  secretTemplate: `${PREFIX}secret-template`,
} as const;

/** Names, separated by commas, of listeners that get no certificate. */
export const IGNORE_KEY = `${PREFIX}ignore-tls-listeners`;
/** cert-manager has the key and does not read it from Gateways. */
export const URI_KEY = `${PREFIX}uri-sans`;

/** Keys of the HTTP-01 solver. */
export const ACME_KEYS = {
  parentKind: `${ACME}http01-parentrefkind`,
  parentName: `${ACME}http01-parentrefname`,
  parentNamespace: `${ACME}http01-parentrefnamespace`,
  parentFallback: `${ACME}http01-parentreffallback`,
  editInPlace: `${ACME}http01-edit-in-place`,
  ingressClass: `${ACME}http01-ingress-class`,
  ingressClassName: `${ACME}http01-ingress-ingressclassname`,
} as const;

/** Keys that mean something on an Ingress only. */
export const INGRESS_KEYS: readonly string[] = [
  ACME_KEYS.editInPlace,
  ACME_KEYS.ingressClass,
  ACME_KEYS.ingressClassName,
];

/** Keys that a ListenerSet takes over from its Gateway beside the issuer, if everything is inherited. */
export const INHERITABLE_KEYS: readonly string[] = [
  ...Object.values(SUBJECT_KEYS),
  ...Object.values(MAKING_KEYS),
];

/** Every key that is read of a Gateway or a ListenerSet. */
export const KNOWN_KEYS: readonly string[] = [
  ...Object.values(ISSUER_KEYS),
  ...Object.values(NAME_KEYS),
  ...INHERITABLE_KEYS,
  IGNORE_KEY,
  URI_KEY,
];
