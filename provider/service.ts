/** The gRPC face: what the engine asks, translated to operations on fragments and back. */
import grpc, { type ServerUnaryCall, type sendUnaryData, type UntypedServiceImplementation } from "@grpc/grpc-js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import type structPb from "google-protobuf/google/protobuf/struct_pb.js";
import type { Problem } from "../core/policy/rules.ts";
import { PolicyApi } from "../services/tailscale/policy-file.ts";
import type { Runtime } from "../services/tailscale/runtime.ts";
import { checkConfiguration, parseConfiguration, withoutSettings } from "./configuration.ts";
import { changes } from "./diff.ts";
import { engineLog, type Log, standardErrorLog } from "./engine-log.ts";
import { appliedKey, fromState, type Inputs, parseInputs, toProperties } from "./inputs.ts";
import * as operations from "./operations.ts";
import { checkResponse, diffResponse, sharedOwner, withApplied, withMode } from "./responses.ts";
import { schema, version } from "./schema.ts";
import { decode, encode, secretProperties } from "./structs.ts";

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
      return diffResponse(changes(decode(request.getOldInputs()), decode(request.getNews())));
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
  #api: PolicyApi;
  /** The resource that each owner belongs to, among those that the program has declared in this run. */
  readonly #owners = new Map<string, string>();
  /** Owners whose fragment was created in this run. */
  readonly #created = new Set<string>();

  constructor(runtime: Runtime, log: Log | undefined) {
    this.#runtime = runtime;
    this.#log = log ?? standardErrorLog;
    this.#fixedLog = log !== undefined;
    this.#api = new PolicyApi(runtime, {}, this.#cancelled.signal);
  }

  connect(engineAddress: string): void {
    if (!this.#fixedLog && engineAddress !== "") this.#log = engineLog(engineAddress);
  }

  configure(properties: structPb.Struct | undefined): void {
    this.#api = new PolicyApi(this.#runtime, parseConfiguration(decode(properties)), this.#cancelled.signal);
  }

  cancel(): void {
    this.#cancelled.abort(new Error("cancelled"));
  }

  async check(request: pb.CheckRequest): Promise<pb.CheckResponse> {
    const properties = decode(request.getNews());
    const parsed = parseInputs(properties);
    if (parsed.kind === "invalid") return checkResponse(request.getNews(), parsed.problems);
    const checked = withMode(request.getNews());
    if (parsed.kind === "unknown") return checkResponse(checked, []);
    const { inputs } = parsed;
    const urn = request.getUrn();
    const other = this.#owners.get(inputs.owner);
    if (other !== undefined && other !== urn) return checkResponse(checked, [sharedOwner(inputs.owner, other)]);
    this.#owners.set(inputs.owner, urn);
    const previous = fromState(decode(request.getOlds()));
    const problems = await operations.checkFragment(this.#around(urn), inputs, previous);
    return checkResponse(checked, problems.map(this.#redactProblem));
  }

  diff(request: pb.DiffRequest): pb.DiffResponse {
    // The old inputs are what the refresh before this has found.
    return diffResponse(changes(decode(request.getOldInputs()), decode(request.getNews())));
  }

  async create(request: pb.CreateRequest): Promise<pb.CreateResponse> {
    const properties = request.getProperties();
    const parsed = parseInputs(decode(properties));
    const response = new pb.CreateResponse();
    response.setProperties(withApplied(properties));
    response.setRefreshBeforeUpdate(true);
    if (parsed.kind !== "known") {
      if (!request.getPreview()) throw new operations.OperationError("The inputs are not known.");
      return response;
    }
    await this.#apply(request.getUrn(), parsed.inputs, undefined, request.getPreview());
    if (request.getPreview()) return response;
    this.#created.add(parsed.inputs.owner);
    response.setId(parsed.inputs.owner);
    return response;
  }

  async update(request: pb.UpdateRequest): Promise<pb.UpdateResponse> {
    const properties = request.getNews();
    const parsed = parseInputs(decode(properties));
    const response = new pb.UpdateResponse();
    response.setProperties(withApplied(properties));
    response.setRefreshBeforeUpdate(true);
    if (parsed.kind !== "known") {
      if (!request.getPreview()) throw new operations.OperationError("The inputs are not known.");
      return response;
    }
    const previous = fromState(decode(request.getOlds()));
    await this.#apply(request.getUrn(), parsed.inputs, previous, request.getPreview());
    return response;
  }

  async read(request: pb.ReadRequest): Promise<pb.ReadResponse> {
    const around = this.#around(request.getUrn());
    const stored = request.getProperties();
    const known = fromState(decode(stored));
    const isImport = known === undefined || Object.keys(known.access).length === 0;
    const found = isImport
      ? await operations.findFragment(around, known?.owner ?? request.getId())
      : await operations.readFragment(around, known);
    const response = new pb.ReadResponse();
    if (!found) return response;
    const secrets = secretProperties(stored);
    const values = toProperties(found);
    const applied = isImport ? values : toProperties(known);
    response.setId(request.getId());
    response.setInputs(encode(values, secrets));
    response.setProperties(encode({ ...values, [appliedKey]: applied.access ?? null }, secrets));
    response.setRefreshBeforeUpdate(true);
    return response;
  }

  async delete(request: pb.DeleteRequest): Promise<void> {
    const inputs = fromState(decode(request.getProperties()));
    if (!inputs) return;
    // A renamed or replaced resource is created first, and its old self deleted after. Both have one mark, and the
    // entries belong to the new one by then.
    const heir = this.#owners.get(inputs.owner);
    if (this.#created.has(inputs.owner) || (heir !== undefined && heir !== request.getUrn())) return;
    await operations.deleteFragment(this.#around(request.getUrn()), inputs);
  }

  /** How an error reaches the engine. */
  status(error: unknown): grpc.ServiceError {
    const details = this.#cancelled.signal.aborted ? "cancelled" : this.#api.redact(errorText(error));
    // With INTERNAL or UNKNOWN the engine would note a pending operation in the state, to be cleared by hand. There is
    // none: whatever an interrupted write has left is found by the next refresh.
    const code = this.#cancelled.signal.aborted ? grpc.status.CANCELLED : grpc.status.FAILED_PRECONDITION;
    return Object.assign(new Error(details), { code, details, metadata: new grpc.Metadata() });
  }

  async #apply(urn: string, inputs: Inputs, previous: Inputs | undefined, preview: boolean): Promise<void> {
    const around = this.#around(urn);
    if (inputs.mode === "observe") return operations.observeFragment(around, inputs, preview);
    // `check`, which the engine calls right before, has had the whole file validated.
    if (preview) return operations.previewFragment(around, inputs, previous);
    await operations.writeFragment(around, inputs, previous);
  }

  #around(urn: string): operations.Surroundings {
    return {
      api: this.#api,
      runtime: this.#runtime,
      log: (severity, message) => this.#log(severity, this.#api.redact(message), urn),
      signal: this.#cancelled.signal,
    };
  }

  readonly #redactProblem = ({ path, message }: Problem): Problem => ({ path, message: this.#api.redact(message) });
}

/** An error that nobody foresaw is a fault of the plugin, and shows where. */
function errorText(error: unknown): string {
  if (operations.isExpected(error)) return error.message;
  return error instanceof Error ? `claude-aperture: ${error.stack ?? error.message}` : String(error);
}
