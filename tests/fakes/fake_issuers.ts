import {
  failure,
  type IssueFailure,
  type Issuer,
  type IssueRequest,
  type IssuerParts,
  openIssuer,
} from "../../lib/issuance/mod.ts";

/** Issuers that a test can stop and watch: what they give is signed by itself. */
export class FakeIssuers {
  /** What was asked for: name of the issuer and the Secret. */
  readonly asked: string[] = [];
  /** What every issuer answers while it is set. */
  failing: IssueFailure | null = null;
  /** Called with the request before it is answered. */
  before:
    | ((request: IssueRequest, parts: IssuerParts, signal: AbortSignal) => Promise<string | null>)
    | null = null;

  /** To be handed to the agent. */
  readonly open: typeof openIssuer = (config, parts): Issuer => {
    const real = openIssuer(
      { ...config, ca: undefined, exec: undefined, acme: undefined, selfSigned: {} },
      parts,
    );
    return {
      type: "selfSigned",
      issue: async (request, signal) => {
        this.asked.push(`${config.name} ${request.intent.namespace}/${request.intent.name}`);
        if (this.failing !== null) return this.failing;
        const problem = await this.before?.(request, parts, signal) ?? null;
        return problem === null ? await real.issue(request, signal) : failure("challenge", problem);
      },
    };
  };
}
