/** A type of resource, as the engine's requests reach it: what service.ts asks, and what it makes answers of. */
import type structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { PolicyError } from "../core/policy/policy-error.ts";
import type { Problem } from "../core/problem.ts";
import { CredentialError } from "../services/tailscale/credentials.ts";
import { ConnectionError } from "../services/tailscale/http.ts";
import type { KeysApi } from "../services/tailscale/keys.ts";
import { ApiError, type PolicyApi } from "../services/tailscale/policy-file.ts";
import type { Runtime } from "../services/tailscale/runtime.ts";
import type { Change } from "./diff.ts";
import type { Severity } from "./engine-log.ts";
import type { GitHubAccess } from "./github-access.ts";
import type { PropertyMap } from "./structs.ts";

/** What an operation works with. Everything that it logs or throws is redacted on its way to the engine. */
export interface OperationContext {
  api: PolicyApi;
  keys: KeysApi;
  /** GitHub's client is loaded when it is first asked for. */
  github(): Promise<GitHubAccess>;
  runtime: Runtime;
  log(severity: Severity, message: string): Promise<void>;
  signal?: AbortSignal;
}

/** An operation that cannot be done, as a person is told of it. */
export class OperationError extends Error {}

/** True for an error whose message is made for people. */
export function isExpected(error: unknown): error is Error {
  return [OperationError, PolicyError, ApiError, ConnectionError, CredentialError].some(
    (kind) => error instanceof kind,
  );
}

/**
 * `inputs`: of the program, before or after the check; of a read or a deletion, those that stand in state. `state`: the outputs that
 * stand in state; of a check, the inputs.
 */
export interface Resource {
  check(
    call: { urn: string; inputs: structPb.Struct; state: PropertyMap },
    context: OperationContext,
  ): Promise<{ inputs: structPb.Struct; problems: Problem[] }>;

  /** The changes that turn the old inputs into the new ones, by property path. */
  diff(call: { before: PropertyMap; after: PropertyMap; state: PropertyMap }): Map<string, Change>;

  /** Creates, or, where there is a state, updates what had the `previous` inputs. A preview writes nothing, and has no id. */
  write(
    call: { urn: string; inputs: structPb.Struct; previous?: PropertyMap; state?: PropertyMap; isPreview: boolean },
    context: OperationContext,
  ): Promise<{ id: string; outputs: structPb.Struct }>;

  /** The live resource, with another id where an import named it otherwise; undefined when it is gone. Without a state it is an import. */
  read(
    call: { id: string; inputs?: structPb.Struct; state?: structPb.Struct },
    context: OperationContext,
  ): Promise<{ id?: string; inputs: structPb.Struct; outputs: structPb.Struct } | undefined>;

  delete(
    call: { urn: string; id: string; inputs: PropertyMap; state: PropertyMap },
    context: OperationContext,
  ): Promise<void>;

  /** Whether the engine refreshes the resource before each preview and update. */
  readonly refreshes: boolean;
}
