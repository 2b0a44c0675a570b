import { Buffer } from "node:buffer";
import * as grpc from "@grpc/grpc-js";
import { fromAnswer, type Snapshot, toRequest } from "./snapshot.ts";

const METHOD = "/envoygateway.extension.EnvoyGatewayExtension/PostTranslateModify";

/** Hands a snapshot to the hook as Envoy Gateway would, and returns the one that came back. */
export async function askHook(socket: string, snapshot: Snapshot): Promise<Snapshot> {
  const client = new grpc.Client(`unix://${socket}`, grpc.credentials.createInsecure(), {
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
  });
  try {
    const same = (bytes: Buffer) => bytes;
    const answer = await new Promise<Buffer>((resolve, reject) =>
      client.makeUnaryRequest(
        METHOD,
        same,
        same,
        Buffer.from(toRequest(snapshot)),
        { deadline: Date.now() + 30_000 },
        (error, value) => error === null ? resolve(value!) : reject(error),
      )
    );
    return fromAnswer(answer);
  } finally {
    client.close();
  }
}
