// The floor of every ratio: a server on the same runtime and library that returns the request's bytes.
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { HOOK_SERVICE } from "../../lib/xds/mod.ts";

const raw = (bytes: Buffer) => bytes;
const LARGEST = 1024 * 1024 * 1024;

const server = new Server({
  "grpc.max_receive_message_length": LARGEST,
  "grpc.max_send_message_length": LARGEST,
});
server.addService({
  PostTranslateModify: {
    path: `/${HOOK_SERVICE}/PostTranslateModify`,
    requestStream: false,
    responseStream: false,
    requestSerialize: raw,
    requestDeserialize: raw,
    responseSerialize: raw,
    responseDeserialize: raw,
  },
}, {
  // deno-lint-ignore no-explicit-any -- the types of a generic service are no use to a raw one
  PostTranslateModify: (call: any, reply: any) => reply(null, call.request),
});
server.bindAsync(`unix:${Deno.args[0]}`, ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
  console.log("ready");
});
