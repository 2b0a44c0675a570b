/** A socket that sends to other Unix sockets. */
export interface DatagramSender {
  /** @returns how many bytes went out. */
  send(bytes: Uint8Array, to: { readonly transport: "unixpacket"; readonly path: string }): Promise<number>;
  close(): void;
}

type Listen = (options: { readonly transport: "unixpacket"; readonly path: string }) => DatagramSender;

/**
 * Opens a Unix datagram socket at a path of one's own: the runtime sends from nothing else.
 *
 * @param path Where it is bound; what a run that was killed has left there is taken away.
 * @throws What the system answers, and an Error where the runtime has no such sockets (`--unstable-net`).
 */
export async function openDatagramSender(path: string): Promise<DatagramSender> {
  const { listenDatagram } = Deno as unknown as { listenDatagram?: Listen };
  if (listenDatagram === undefined) throw new Error("the runtime was started without --unstable-net");
  await Deno.remove(path).catch(() => {});
  return listenDatagram({ transport: "unixpacket", path });
}
