import { openSigningKey, signSelf } from "../pki/mod.ts";
import { failure } from "./failure.ts";
import type { Issuer, IssuerParts } from "./issuer.ts";
import { takeAnswer } from "./take_answer.ts";
import { validityOf } from "./validity.ts";

/** Every certificate signs itself, and is its own authority. */
export function openSelfSignedIssuer({ clock }: Pick<IssuerParts, "clock">): Issuer {
  return {
    type: "selfSigned",
    async issue(request) {
      try {
        const key = await openSigningKey(request.key);
        if (typeof key === "string") return failure("refused", `Cannot sign with the key: ${key}`);
        const { chain } = await signSelf(request.request, { ...validityOf(request, clock()), key });
        return await takeAnswer(chain, request);
      } catch (error) {
        return failure("refused", (error as Error).message);
      }
    },
  };
}
