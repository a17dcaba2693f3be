/** The gRPC face: what the engine asks, handed to the resource that it is about, and the answer back. */
import { flushCompileCache } from "node:module";
import grpc, { type ServerUnaryCall, type sendUnaryData, type UntypedServiceImplementation } from "@grpc/grpc-js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { escapeMessage } from "../core/messages/printable.ts";
import { deliverFilesToken, policyFragmentType, stackClaimType, workflowFileType } from "../core/resource-types.ts";
import { TailnetConnection } from "../services/tailscale/connection.ts";
import type { ProviderSettings } from "../services/tailscale/credentials.ts";
import { KeysApi } from "../services/tailscale/keys.ts";
import { PolicyApi } from "../services/tailscale/policy-file.ts";
import type { Runtime } from "../services/tailscale/runtime.ts";
import { claimResource } from "./claim/resource.ts";
import { checkConfiguration, parseConfiguration, withoutSettings } from "./configuration.ts";
import { findChanges } from "./diff.ts";
import { createEngineLog, type Log, standardErrorLog } from "./engine-log.ts";
import { fragmentResource } from "./fragment/resource.ts";
import type { GitHubAccess } from "./github-access.ts";
import { isExpected, type OperationContext, type Resource } from "./resource.ts";
import { checkResponse, diffResponse } from "./responses.ts";
import { schema, version } from "./schema.ts";
import { decode, encode, isMap, type PropertyMap, secretProperties } from "./structs.ts";
import { deliverFiles } from "./workflow-file/deliver-files.ts";
import { workflowFileResource } from "./workflow-file/resource.ts";

/**
 * The methods of `pulumirpc.ResourceProvider` that this provider has; grpc-js answers UNIMPLEMENTED to all others.
 * `log` replaces the engine's log.
 */
export function createService(runtime: Runtime, log?: Log): UntypedServiceImplementation {
  const provider = new Provider(runtime, log);
  const empty = () => new emptyPb.Empty();
  return {
    handshake: unary((request: pb.ProviderHandshakeRequest) => {
      provider.connect(request.getEngineAddress());
      const response = new pb.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setAcceptResources(true);
      return response;
    }),
    attach: unary((request: pluginPb.PluginAttach) => {
      provider.connect(request.getAddress());
      return empty();
    }),
    getPluginInfo: unary(() => {
      const response = new pluginPb.PluginInfo();
      response.setVersion(version);
      return response;
    }),
    getSchema: unary(() => {
      const response = new pb.GetSchemaResponse();
      response.setSchema(JSON.stringify(schema));
      return response;
    }),
    checkConfig: unary((request: pb.CheckRequest) => {
      const configuration = withoutSettings(decode(request.getNews()));
      return checkResponse(
        encode(configuration, secretProperties(request.getNews())),
        checkConfiguration(configuration),
      );
    }),
    diffConfig: unary((request: pb.DiffRequest) => {
      // Never a replacement: two names of one tailnet look like two tailnets, and its entries would come and go.
      return diffResponse(findChanges(decode(request.getOldInputs()), decode(request.getNews())));
    }),
    configure: unary((request: pb.ConfigureRequest) => {
      provider.configure(request.getArgs());
      const response = new pb.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setAcceptresources(true);
      response.setSupportspreview(true);
      return response;
    }),
    check: unary((request: pb.CheckRequest) => provider.check(request)),
    diff: unary((request: pb.DiffRequest) => provider.diff(request)),
    create: unary((request: pb.CreateRequest) => provider.create(request)),
    read: unary((request: pb.ReadRequest) => provider.read(request)),
    update: unary((request: pb.UpdateRequest) => provider.update(request)),
    delete: unary((request: pb.DeleteRequest) => provider.delete(request).then(empty)),
    invoke: unary((request: pb.InvokeRequest) => provider.invoke(request)),
    cancel: unary(() => {
      provider.cancel();
      return empty();
    }),
  };

  function unary<Request, Response>(handle: (request: Request) => Response | Promise<Response>) {
    return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => {
      Promise.resolve()
        .then(() => handle(call.request))
        .then(
          (response) => callback(null, response),
          (error: unknown) => callback(provider.status(error)),
        );
    };
  }
}

class Provider {
  readonly #runtime: Runtime;
  readonly #cancelled = new AbortController();
  #log: Log;
  readonly #fixedLog: boolean;
  #tailnet: TailnetConnection;
  #github: Promise<GitHubAccess> | undefined;
  /** By type token. */
  readonly #resources = new Map<string, Resource>([
    [stackClaimType, claimResource()],
    [policyFragmentType, fragmentResource()],
    [workflowFileType, workflowFileResource()],
  ]);

  constructor(runtime: Runtime, log: Log | undefined) {
    this.#runtime = runtime;
    this.#log = log ?? standardErrorLog;
    this.#fixedLog = log !== undefined;
    this.#tailnet = this.#connection({});
  }

  connect(engineAddress: string): void {
    if (!this.#fixedLog && engineAddress !== "") this.#log = createEngineLog(engineAddress);
  }

  configure(properties: structPb.Struct | undefined): void {
    this.#tailnet = this.#connection(parseConfiguration(decode(properties)));
  }

  cancel(): void {
    this.#cancelled.abort(new Error("cancelled"));
  }

  async check(request: pb.CheckRequest): Promise<pb.CheckResponse> {
    const urn = request.getUrn();
    const call = { urn, inputs: request.getNews() ?? new structPb.Struct(), state: decode(request.getOlds()) };
    const { inputs, problems } = await this.#resource(urn).check(call, this.#context(urn));
    return checkResponse(
      inputs,
      problems.map(({ path, message }) => ({ path, message: this.#toShow(message) })),
    );
  }

  diff(request: pb.DiffRequest): pb.DiffResponse {
    const before = decode(request.getOldInputs());
    const call = { before, after: decode(request.getNews()), state: decode(request.getOlds()) };
    const found = this.#resource(request.getUrn()).diff(call);
    // The engine itself only takes the old inputs where it knows of them; what a check computes it does not.
    return diffResponse(request.getIgnorechangesList().includes("*") ? new Map() : found);
  }

  async create(request: pb.CreateRequest): Promise<pb.CreateResponse> {
    const isPreview = request.getPreview();
    const { id, outputs, refreshes } = await this.#write(request.getUrn(), request.getProperties(), isPreview);
    const response = new pb.CreateResponse();
    if (!isPreview) response.setId(id);
    response.setProperties(outputs);
    response.setRefreshBeforeUpdate(refreshes);
    return response;
  }

  async update(request: pb.UpdateRequest): Promise<pb.UpdateResponse> {
    const old = { state: decode(request.getOlds()), previous: decode(request.getOldInputs()) };
    const written = await this.#write(request.getUrn(), request.getNews(), request.getPreview(), old);
    const response = new pb.UpdateResponse();
    response.setProperties(written.outputs);
    response.setRefreshBeforeUpdate(written.refreshes);
    return response;
  }

  async read(request: pb.ReadRequest): Promise<pb.ReadResponse> {
    const urn = request.getUrn();
    const resource = this.#resource(urn);
    const state = request.getProperties();
    const inputs = request.getInputs();
    const call = { id: request.getId(), ...(inputs && { inputs }), ...(state && { state }) };
    const found = await resource.read(call, this.#context(urn));
    const response = new pb.ReadResponse();
    if (!found) return response;
    response.setId(found.id ?? request.getId());
    response.setInputs(found.inputs);
    response.setProperties(found.outputs);
    response.setRefreshBeforeUpdate(resource.refreshes);
    return response;
  }

  async invoke(request: pb.InvokeRequest): Promise<pb.InvokeResponse> {
    if (request.getTok() !== deliverFilesToken) throw new Error(`no function ${JSON.stringify(request.getTok())}`);
    const { files } = decode(request.getArgs());
    await deliverFiles(this.#context(""), Array.isArray(files) ? files.filter(isMap) : []);
    const response = new pb.InvokeResponse();
    response.setReturn(new structPb.Struct());
    return response;
  }

  async delete(request: pb.DeleteRequest): Promise<void> {
    const urn = request.getUrn();
    const [inputs, state] = [request.getOldInputs(), request.getProperties()].map(decode) as [PropertyMap, PropertyMap];
    const call = { urn, id: request.getId(), inputs, state };
    await this.#resource(urn).delete(call, this.#context(urn));
  }

  /** Without credentials, and without what a terminal or the engine would act upon: names of branches are anybody's. */
  #toShow(message: string): string {
    return escapeMessage(this.#tailnet.redact(message));
  }

  /** How an error reaches the engine. */
  status(error: unknown): grpc.ServiceError {
    const details = this.#cancelled.signal.aborted ? "cancelled" : this.#toShow(errorText(error));
    // With INTERNAL or UNKNOWN the engine would note a pending operation in the state, to be cleared by hand. There is
    // none: whatever an interrupted write has left is found by the next refresh.
    const code = this.#cancelled.signal.aborted ? grpc.status.CANCELLED : grpc.status.FAILED_PRECONDITION;
    return Object.assign(new Error(details), { code, details, metadata: new grpc.Metadata() });
  }

  async #write(
    urn: string,
    inputs = new structPb.Struct(),
    isPreview: boolean,
    old: { state?: PropertyMap; previous?: PropertyMap } = {},
  ) {
    const resource = this.#resource(urn);
    const call = { urn, inputs, isPreview, ...old };
    return { ...(await resource.write(call, this.#context(urn))), refreshes: resource.refreshes };
  }

  /** Loaded when a workflow file is first asked for: other runs are spared the time. */
  #accessGitHub(): Promise<GitHubAccess> {
    this.#github ??= import("./github-access.ts").then(({ accessGitHub }) => {
      flushCompileCache();
      return accessGitHub(this.#runtime, (line) => this.#log("info", this.#toShow(line), ""), this.#cancelled.signal);
    });
    return this.#github;
  }

  #connection(settings: ProviderSettings): TailnetConnection {
    return new TailnetConnection(this.#runtime, settings, this.#cancelled.signal);
  }

  /** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME` is about TYPE. */
  #resource(urn: string): Resource {
    const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
    const resource = this.#resources.get(type);
    if (!resource) throw new Error(`no resource of the type ${JSON.stringify(type)}`);
    return resource;
  }

  #context(urn: string): OperationContext {
    return {
      api: new PolicyApi(this.#tailnet),
      keys: new KeysApi(this.#tailnet),
      github: () => this.#accessGitHub(),
      runtime: this.#runtime,
      log: (severity, message) => this.#log(severity, this.#toShow(message), urn),
      signal: this.#cancelled.signal,
    };
  }
}

/** An error that nobody foresaw is a fault of the plugin, and shows where. */
function errorText(error: unknown): string {
  if (isExpected(error)) return error.message;
  return error instanceof Error ? `claude-aperture: ${error.stack ?? error.message}` : String(error);
}
