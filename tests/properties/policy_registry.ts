import { createRegistry, type Registry } from "@bufbuild/protobuf";
import { file_envoy_extensions_filters_http_golang_v3alpha_golang as golang } from "../../proto/gen/envoy/extensions/filters/http/golang/v3alpha/golang_pb.ts";
import { file_envoy_extensions_filters_network_http_connection_manager_v3_http_connection_manager as http } from "../../proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.ts";
import { file_envoy_extensions_transport_sockets_internal_upstream_v3_internal_upstream as internal } from "../../proto/gen/envoy/extensions/transport_sockets/internal_upstream/v3/internal_upstream_pb.ts";
import { file_envoy_extensions_transport_sockets_raw_buffer_v3_raw_buffer as raw } from "../../proto/gen/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer_pb.ts";
import { file_xds_type_v3_typed_struct as typedStruct } from "../../proto/gen/xds/type/v3/typed_struct_pb.ts";

/** The types that policies write into an Any. */
export const policyRegistry: Registry = createRegistry(golang, http, internal, raw, typedStruct);
