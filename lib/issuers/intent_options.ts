/** How annotations are understood. */
export interface IntentOptions {
  /** `cert-manager` does what its code does where that differs from its design; default `none`. */
  readonly compat?: "none" | "cert-manager";
  /** Whether ListenerSets and XListenerSets are looked at; default `false`. */
  readonly listenerSets?: boolean;
  /** Protocols of listeners beside HTTPS and TLS that get certificates, case-sensitive. */
  readonly extraProtocols?: readonly string[];
  /**
   * What a ListenerSet takes over from its Gateway. `issuer` is the reference to the issuer and nothing else; `all` is
   * every annotation about how certificates are made, names apart. Default `issuer`.
   */
  readonly inherit?: "issuer" | "all";
  /**
   * Names of issuers and what they are called here. Where it is given, an issuer that is called `auto` after that stands for
   * the issuer of the Gateway.
   */
  readonly issuerNameMap?: Readonly<Record<string, string>>;
  /** Whether a listener without a hostname gets the names of the HTTPRoutes attached to it; default `false`. */
  readonly deriveHostnames?: boolean;
}
