/** The endpoints of the Tailscale API that concern the policy file: https://tailscale.com/api#tag/policyfile */
import { say } from "../../core/messages/entry.ts";
import * as texts from "../../core/messages/tailscale-credentials.ts";
import { PolicyError } from "../../core/policy/policy-error.ts";
import type { TailnetConnection } from "./connection.ts";
import type { HttpResponse } from "./http.ts";

/** A policy file as the server holds it. */
export interface PolicyFile {
  /** HuJSON. */
  text: string;
  /** Without quotes. */
  etag: string;
}

/** What the server says of one test. `subject` is the test's `src`. */
export interface Finding {
  subject: string;
  errors: string[];
  warnings: string[];
}

/** The server's judgement of a policy file. */
export type Verdict =
  | { kind: "valid" }
  | { kind: "warnings"; message: string; findings: Finding[] }
  | { kind: "refused"; message: string; findings: Finding[] };

/** Tailnet setting "Prevent edits in the admin console": the file's source is elsewhere. */
export interface ManagedElsewhere {
  /** The "External reference", a URL; may be empty. */
  link: string;
}

/** An answer with an error status. */
export class ApiError extends Error {
  readonly status: number;
  readonly findings: Finding[];

  constructor(status: number, message: string, findings: Finding[] = []) {
    super(message);
    this.status = status;
    this.findings = findings;
  }
}

/** `If-Match` did not hold: the file changed since it was read. */
export class PreconditionFailed extends ApiError {}

const notUtf8 = "a byte that is not UTF-8. An edit would change it, so nothing was edited.";

export class PolicyApi {
  readonly #tailnet: TailnetConnection;

  constructor(tailnet: TailnetConnection) {
    this.#tailnet = tailnet;
  }

  /**
   * Needs the scope `policy_file:read`.
   * @throws {PolicyError} when the file is not UTF-8: what was read is then not what stands there.
   */
  async read(): Promise<PolicyFile> {
    const headers = { Accept: "application/hujson" };
    const response = await this.#tailnet.send("acl", { method: "GET", headers, retry: "always" });
    if (response.status !== 200) throw apiError(response, "read the policy file", "policy_file:read");
    const etag = response.headers.get("etag")?.replace(/^W\//, "").replaceAll('"', "");
    if (!etag) throw new ApiError(response.status, "The policy file came without an ETag, so no edit of it is safe.");
    if (response.malformed)
      throw new PolicyError(notUtf8, "Save the file as UTF-8, in the admin console.", response.malformed);
    return { text: response.body, etag };
  }

  /**
   * The server's judgement of a whole file that it does not store. Needs the scope `policy_file:read`.
   * The status is 200 also for a refusal: a `message` tells.
   */
  async validate(text: string): Promise<Verdict> {
    const headers = { "Content-Type": "application/hujson", Accept: "application/json" };
    const response = await this.#tailnet.send("acl/validate", { method: "POST", headers, body: text, retry: "always" });
    const { message, findings } = parseAnswer(response.body);
    if (response.status === 400 && message) return { kind: "refused", message, findings };
    if (response.status !== 200) throw apiError(response, "validate a policy file", "policy_file:read");
    if (message === "" && findings.length === 0) return { kind: "valid" };
    const onlyWarnings = message === "warning(s) found" && findings.every((finding) => finding.errors.length === 0);
    return { kind: onlyWarnings ? "warnings" : "refused", message: message || "no reason given", findings };
  }

  /**
   * Replaces the file if it is still the one with this ETag. Needs the scope `policy_file`.
   * @throws {PreconditionFailed} when it is not.
   * @throws {ConnectionError} when the answer got lost: it may have happened. The same for an ApiError with 5xx.
   */
  async write(text: string, etag: string): Promise<void> {
    const headers = { "Content-Type": "application/hujson", Accept: "application/hujson", "If-Match": `"${etag}"` };
    const response = await this.#tailnet.send("acl", { method: "POST", headers, body: text, retry: "rejected" });
    if (response.status >= 200 && response.status < 300) return;
    throw apiError(response, "write the policy file", "policy_file");
  }

  /** Undefined when the file is managed here, or when this credential may not see the setting. */
  async managedElsewhere(): Promise<ManagedElsewhere | undefined> {
    const headers = { Accept: "application/json" };
    const response = await this.#tailnet.send("settings", { method: "GET", headers, retry: "always" });
    if (response.status === 403 || response.status === 404) return undefined;
    if (response.status !== 200) throw apiError(response, "read the tailnet settings", "policy_file:read");
    const settings = parseObject(response.body);
    if (settings.aclsExternallyManagedOn !== true) return undefined;
    return { link: typeof settings.aclsExternalLink === "string" ? settings.aclsExternalLink : "" };
  }
}

/** The error of an answer that is none of the expected ones. `scope` is what the request needs. */
export function apiError(response: HttpResponse, action: string, scope: string): ApiError {
  const { message, findings } = parseAnswer(response.body);
  const { status } = response;
  const said = message ? `: ${message}` : "";
  if (status === 412) return new PreconditionFailed(status, "The policy file changed since it was read.");
  return new ApiError(status, refusal(status, { action, said, scope, status }), findings);
}

function refusal(status: number, values: { action: string; said: string; scope: string; status: number }): string {
  if (status === 401) return say(texts.unauthorized, values);
  if (status === 403) return say(texts.forbidden, values);
  if (status === 404) return say(texts.notFound, values);
  if (status >= 300 && status < 400) return say(texts.redirected, values);
  return say(texts.refused, values);
}

/** `{message, data: [{user, errors, warnings}]}`, tailscale/tailscale client/tailscale/acl.go. */
function parseAnswer(body: string): { message: string; findings: Finding[] } {
  const answer = parseObject(body);
  const data = Array.isArray(answer.data) ? (answer.data as unknown[]) : [];
  return {
    message: typeof answer.message === "string" ? answer.message : "",
    findings: data.filter(isObject).map((item) => ({
      // The name is historical: it holds the `src` of the test, whatever that is.
      subject: typeof item.user === "string" ? item.user : "",
      errors: strings(item.errors),
      warnings: strings(item.warnings),
    })),
  };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
