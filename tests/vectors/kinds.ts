import type { Kind } from "./_kind.ts";
import { chainKinds } from "./kinds_chain.ts";
import { dateKinds } from "./kinds_date.ts";
import { extensionKinds } from "./kinds_extension.ts";
import { fieldKinds } from "./kinds_fields.ts";
import { keyKinds } from "./kinds_key.ts";
import { keyfileKinds } from "./kinds_keyfile.ts";
import { keyfileBlockKinds } from "./kinds_keyfile_blocks.ts";
import { nameKinds } from "./kinds_name.ts";
import { pemKinds } from "./kinds_pem.ts";
import { pemLabelKinds } from "./kinds_pem_label.ts";
import { stapleKinds } from "./kinds_staple.ts";
import { usageKinds } from "./kinds_usage.ts";

export type { Kind } from "./_kind.ts";

/** Every kind of pair, in the order of the tables. */
export const KINDS: readonly Kind[] = [
  ...keyKinds,
  ...keyfileKinds,
  ...keyfileBlockKinds,
  ...chainKinds,
  ...pemKinds,
  ...pemLabelKinds,
  ...usageKinds,
  ...stapleKinds,
  ...fieldKinds,
  ...dateKinds,
  ...nameKinds,
  ...extensionKinds,
];
