import { type DescFile, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { EnvoyGatewayExtension, file_extension_service } from "../../proto/gen/extension/service_pb.ts";

/** Full name of Envoy Gateway's extension service. */
export const HOOK_SERVICE: string = EnvoyGatewayExtension.typeName;

/**
 * The files that describe the service, for gRPC reflection: a serialized `FileDescriptorProto` each, with everything
 * that they import. What certgate neither reads nor edits is not described.
 */
export function hookFileDescriptors(): Uint8Array[] {
  const files = new Map<string, DescFile>();
  const visit = (file: DescFile) => {
    if (files.has(file.name)) return;
    files.set(file.name, file);
    file.dependencies.forEach(visit);
  };
  visit(file_extension_service);
  return [...files.values()].map((file) => toBinary(FileDescriptorProtoSchema, file.proto));
}
