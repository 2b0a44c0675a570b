import { SecretDiscoveryService } from "../../proto/gen/envoy/service/secret/v3/sds_pb.ts";
import { SecretSchema } from "../../proto/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.ts";

/** Full name of the service by which Envoy asks for secrets. */
export const SDS_SERVICE: string = SecretDiscoveryService.typeName;

/** Full name of the message that it hands out. */
export const SECRET_TYPE: string = SecretSchema.typeName;

/** How a request names that message. */
export const SECRET_TYPE_URL = `type.googleapis.com/${SECRET_TYPE}`;
