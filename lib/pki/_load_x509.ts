/** The certificate library, which takes tens of milliseconds to load: who needs it waits for it. */
export async function loadX509(): Promise<typeof import("@peculiar/x509")> {
  // The decorators of the second one need the first one to be there already.
  await import("reflect-metadata");
  return await import("@peculiar/x509");
}
