import type { Http2Server } from "node:http2";
import {
  logVerbosity,
  type sendUnaryData,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  type ServerUnaryCall,
  type ServiceDefinition,
  setLogVerbosity,
  status as grpcStatus,
} from "@grpc/grpc-js";
import { ReflectionService } from "@grpc/reflection";
import { HealthImplementation } from "grpc-health-check";
import { type Hook, HOOKS } from "../model/mod.ts";
import { HOOK_SERVICE, hookFileDescriptors } from "../xds/mod.ts";
import { HookError } from "./hook_error.ts";

/**
 * Answers one hook call: request bytes in, response bytes out. A rejection becomes the code of a HookError, and
 * UNAVAILABLE where it is something else. `waited` is how many milliseconds of its time the call has used up already.
 */
export type HookHandler = (request: Uint8Array, waited?: number) => Promise<Uint8Array>;

/** Told about every call, whatever became of it. */
export interface CallObserver {
  started(hook: Hook): void;
  /**
   * @param code The gRPC status by name, e.g. `RESOURCE_EXHAUSTED`.
   * @param seconds From the first of the call to its status.
   */
  handled(hook: Hook, code: string, seconds: number): void;
}

/** What {@linkcode makeGrpcServer} needs to know. */
export interface GrpcServerSettings {
  readonly handlers: Readonly<Record<Hook, HookHandler>>;
  /** Bytes; larger messages are refused with RESOURCE_EXHAUSTED, both ways. */
  readonly maxMessageSize: number;
  readonly observer: CallObserver;
}

/** A gRPC server that is ready to be bound. */
export interface GrpcServer {
  readonly server: Server;
  /** What grpc.health.v1 says of the hook service and of the server as a whole. */
  setServing(serving: boolean): void;
}

const raw = (bytes: Buffer) => bytes;
// grpc-js copies the answer with a method that only a Buffer has.
const asBuffer = (bytes: Uint8Array) =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const service: ServiceDefinition = Object.fromEntries(HOOKS.map((hook) => [hook, {
  path: `/${HOOK_SERVICE}/${hook}`,
  requestStream: false,
  responseStream: false,
  requestSerialize: raw,
  requestDeserialize: raw,
  responseSerialize: asBuffer,
  responseDeserialize: raw,
}]));

/**
 * The server of Envoy Gateway's extension service, with health and reflection beside it. Messages stay bytes: nothing
 * is decoded on the way in or out.
 *
 * @param settings Handlers, limits, and who counts the calls.
 * @returns The unbound server; health says NOT_SERVING until told otherwise.
 */
export function makeGrpcServer(settings: GrpcServerSettings): GrpcServer {
  // What fails is answered, counted and logged here; its own lines would be the only ones that are not JSON.
  setLogVerbosity(logVerbosity.NONE);
  const server = new Server({
    "grpc.max_receive_message_length": settings.maxMessageSize,
    "grpc.max_send_message_length": settings.maxMessageSize,
    interceptors: [countCalls(settings.observer)],
  });
  server.addService(
    service,
    Object.fromEntries(HOOKS.map((hook) => [hook, unary(settings.handlers[hook])])),
  );
  const health = new HealthImplementation({ "": "NOT_SERVING", [HOOK_SERVICE]: "NOT_SERVING" });
  health.addToServer(server);
  new ReflectionService({
    [HOOK_SERVICE]: {
      format: "Protocol Buffer 3 DescriptorProto",
      type: {},
      fileDescriptorProtos: hookFileDescriptors().map((bytes) => Buffer.from(bytes)),
    },
  }).addToServer(server);
  return {
    server,
    setServing(serving) {
      for (const name of ["", HOOK_SERVICE]) health.setStatus(name, serving ? "SERVING" : "NOT_SERVING");
    },
  };
}

function unary(handler: HookHandler) {
  return (call: ServerUnaryCall<Buffer, Uint8Array>, reply: sendUnaryData<Uint8Array>) => {
    handler(call.request).then(
      (answer) => reply(null, answer),
      (error: Error) => {
        const code = error instanceof HookError ? error.code : "UNAVAILABLE";
        reply({ code: grpcStatus[code], details: error.message });
      },
    );
  };
}

function countCalls(observer: CallObserver): ServerInterceptor {
  const hooks: ReadonlySet<string> = new Set(HOOKS);
  return (method, call) => {
    const hook = method.path.slice(method.path.lastIndexOf("/") + 1) as Hook;
    if (!method.path.startsWith(`/${HOOK_SERVICE}/`) || !hooks.has(hook)) {
      return new ServerInterceptingCall(call);
    }
    observer.started(hook);
    let done = false;
    const began = performance.now();
    const handled = (code: string) => {
      if (!done) observer.handled(hook, code, (performance.now() - began) / 1000);
      done = true;
    };
    // grpc-js ends a call that it refuses by itself (too large, not decodable, too late) on the innermost call, past
    // every interceptor; so the status is taken where all of them come by.
    const send = call.sendStatus.bind(call);
    call.sendStatus = (status) => {
      handled(grpcStatus[status.code]);
      send(status);
    };
    return new ServerInterceptingCall(call, {
      start: (next) => next({ onCancel: () => handled("CANCELLED") }),
    });
  };
}

/**
 * Binds the server.
 *
 * @param server The server.
 * @param target `unix:/path` or `host:port`.
 * @param credentials TLS; without it the server speaks plain text.
 * @returns The port; 1 for a Unix socket.
 * @throws What the system answers, e.g. EADDRINUSE.
 */
export function bindGrpcServer(
  server: Server,
  target: string,
  credentials: ServerCredentials = ServerCredentials.createInsecure(),
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(target, credentials, (error, port) => {
      if (error) return reject(error);
      closeSessionsLate(server);
      resolve(port);
    });
  });
}

// Long enough for the last frames of a stream to be out, short enough for nobody to notice.
const CLOSE_DELAY = 50;

/**
 * Lets a connection rest for a moment before it is closed. A client that says goodbye right behind its last answer makes
 * the runtime close the session while that stream is ending, and Deno 2.9.6 then aborts the whole process on an assertion
 * of nghttp2 (find_stream_on_goaway_func). The HTTP/2 servers are a private part of grpc-js, which is pinned; a test
 * fails if they are not found.
 */
function closeSessionsLate(server: Server): void {
  const { http2Servers } = server as unknown as { http2Servers: Map<Http2Server, unknown> };
  for (const http2 of http2Servers.keys()) {
    http2.on("session", (session) => {
      const close = session.close.bind(session);
      session.close = (done) => {
        if (session.closed || session.destroyed) return close(done);
        // The session may be gone before its turn comes, and whoever waits for the end has to hear of it all the same.
        if (done) session.once("close", done);
        setTimeout(() => session.destroyed || close(), CLOSE_DELAY);
      };
    });
  }
}

/**
 * Stops taking calls and waits for those under way.
 *
 * @param server The server.
 * @param patience Milliseconds after which the rest is cut off.
 * @returns Whether every call ended by itself.
 */
export function stopGrpcServer(server: Server, patience: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.forceShutdown();
      resolve(false);
    }, patience);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
