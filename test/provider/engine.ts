/** The engine's side of the plugin: starts the executable, talks gRPC to it, and takes its log. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import grpc from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { compileCache } from "../../sandbox/engine/pinned.ts";
import { startInProcess } from "./in-process.ts";

export const folder = join(import.meta.dirname, "../../provider");
export const executable = join(folder, "pulumi-resource-claude-aperture");
export const fragmentUrn = "urn:pulumi:prod::claude-aperture::claude-aperture:index:PolicyFragment::policy";

export interface Logged {
  severity: number;
  message: string;
  urn: string;
}

type Properties = { [name: string]: structPb.JavaScriptValue };

/** Properties as the engine sends them. */
export const struct = (properties: object) => structPb.Struct.fromJavaScript(properties as Properties);

/** Runs the executable with this environment and nothing else but Node on PATH and its compile cache. */
export function spawnPlugin(environment: Record<string, string>, args: string[] = []): ChildProcess {
  const path = [dirname(process.execPath), "/usr/bin", "/bin"].join(":");
  const env = { PATH: path, NODE_COMPILE_CACHE: compileCache, ...environment };
  return spawn(executable, args, { env, stdio: ["ignore", "pipe", "pipe"] });
}

export type Plugin = Awaited<ReturnType<typeof startPlugin>>;

/** A process of the plugin that has shaken hands with an engine. Requests are about the resource `urn`. */
export async function startPlugin(environment: Record<string, string>, urn = fragmentUrn) {
  return connect((enginePort) => startProcess(environment, enginePort), urn);
}

/** The same without a process. */
export async function startProvider(environment: Record<string, string>, urn = fragmentUrn) {
  return connect(async () => ({ ...(await startInProcess(environment)), output: [] }), urn);
}

async function startProcess(environment: Record<string, string>, enginePort: number): Promise<Serving> {
  const child = spawnPlugin(environment, [`127.0.0.1:${enginePort}`]);
  const output: string[] = [];
  child.stderr?.on("data", (data: Buffer) => output.push(data.toString()));
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout?.once("data", (data: Buffer) => resolve(Number(data.toString().trim())));
    child.once("exit", (code) => reject(new Error(`plugin ended with ${code}: ${output.join("")}`)));
  });
  const close = async () => {
    const ended = child.exitCode === null ? once(child, "exit") : undefined;
    child.kill();
    await ended;
  };
  return { port, output, close };
}

interface Serving {
  port: number;
  /** What a process has written to standard error. */
  output: string[];
  close(): unknown;
}

async function connect(serve: (enginePort: number) => Promise<Serving>, urn: string) {
  const logged: Logged[] = [];
  const engine = new grpc.Server();
  engine.addService(engineGrpc.EngineService, {
    log(call: grpc.ServerUnaryCall<enginePb.LogRequest, emptyPb.Empty>, callback: grpc.sendUnaryData<emptyPb.Empty>) {
      const { severity, message, urn: about } = call.request.toObject();
      logged.push({ severity, message, urn: about });
      callback(null, new emptyPb.Empty());
    },
  });
  const enginePort = await new Promise<number>((resolve, reject) =>
    engine.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  );

  const { port, output, close } = await serve(enginePort);
  const client = new providerGrpc.ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());

  const handshakeRequest = new pb.ProviderHandshakeRequest();
  handshakeRequest.setEngineAddress(`127.0.0.1:${enginePort}`);
  const handshake = await call<pb.ProviderHandshakeResponse>((done) => client.handshake(handshakeRequest, done));
  return {
    client,
    logged,
    output,
    handshake,
    async configure(settings: object = {}) {
      const request = new pb.ConfigureRequest();
      request.setArgs(struct(settings));
      return call<pb.ConfigureResponse>((done) => client.configure(request, done));
    },
    async check(news: object, olds: object = {}, about = urn) {
      const request = new pb.CheckRequest();
      request.setUrn(about);
      request.setOlds(struct(olds));
      request.setNews(struct(news));
      const response = await call<pb.CheckResponse>((done) => client.check(request, done));
      return {
        inputs: response.getInputs()?.toJavaScript(),
        failures: response.getFailuresList().map((failure) => failure.toObject()),
      };
    },
    async diff(olds: object, news: object) {
      const request = new pb.DiffRequest();
      request.setUrn(urn);
      request.setOlds(struct(olds));
      request.setOldInputs(struct(olds));
      request.setNews(struct(news));
      return call<pb.DiffResponse>((done) => client.diff(request, done));
    },
    async create(properties: object, preview = false) {
      const request = new pb.CreateRequest();
      request.setUrn(urn);
      request.setProperties(struct(properties));
      request.setPreview(preview);
      return call<pb.CreateResponse>((done) => client.create(request, done));
    },
    async update(olds: object, news: object, preview = false) {
      const request = new pb.UpdateRequest();
      request.setUrn(urn);
      request.setOlds(struct(olds));
      request.setOldInputs(struct(olds));
      request.setNews(struct(news));
      request.setPreview(preview);
      return call<pb.UpdateResponse>((done) => client.update(request, done));
    },
    async read(id: string, state?: object) {
      const request = new pb.ReadRequest();
      request.setUrn(urn);
      request.setId(id);
      if (state) {
        request.setProperties(struct(state));
        request.setInputs(struct(state));
      }
      return call<pb.ReadResponse>((done) => client.read(request, done));
    },
    async delete(properties: object, about = urn, id = "") {
      const request = new pb.DeleteRequest();
      request.setId(id);
      request.setUrn(about);
      request.setProperties(struct(properties));
      request.setOldInputs(struct(properties));
      return call<emptyPb.Empty>((done) => client.delete(request, done));
    },
    async close() {
      client.close();
      await close();
      engine.forceShutdown();
    },
  };
}

export function call<Response>(
  send: (done: (error: grpc.ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    send((error, response) => (error ? reject(error) : resolve(response)));
  });
}
