/** Commands in the docs that no test of this folder runs: how they begin, and why, or which other test does. */
export const NOT_RUN: readonly { readonly begins: string; readonly why: string }[] = [
  { begins: "npx -y deno@2.9.6 task", why: "the name of the task is looked up; CI runs them" },
  { begins: "journalctl ", why: "there is no journal of certgate on a machine that tests run on" },
];
