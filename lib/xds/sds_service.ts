import { type DescFile, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { file_envoy_service_secret_v3_sds as SDS_FILE } from "../../proto/gen/envoy/service/secret/v3/sds_pb.ts";
import { SecretDiscoveryService } from "../../proto/gen/envoy/service/secret/v3/sds_pb.ts";
import { SecretSchema } from "../../proto/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.ts";

/** Full name of the service by which Envoy asks for secrets. */
export const SDS_SERVICE: string = SecretDiscoveryService.typeName;

/** Full name of the message that it hands out. */
export const SECRET_TYPE: string = SecretSchema.typeName;

/** How a request names that message. */
export const SECRET_TYPE_URL = `type.googleapis.com/${SECRET_TYPE}`;

/** The files that describe the service, for gRPC reflection: a serialized `FileDescriptorProto` each, with all imports. */
export function sdsFileDescriptors(): Uint8Array[] {
  const files = new Map<string, DescFile>();
  const visit = (file: DescFile) => {
    if (files.has(file.name)) return;
    files.set(file.name, file);
    file.dependencies.forEach(visit);
  };
  visit(SDS_FILE);
  return [...files.values()].map((file) => toBinary(FileDescriptorProtoSchema, file.proto));
}
