/** The endpoints of the Tailscale API that concern the policy file: https://tailscale.com/api#tag/policyfile */
import { z } from "zod";
import { formatMessage } from "../../core/messages/entry.ts";
import * as texts from "../../core/messages/tailscale-credentials.ts";
import { PolicyError } from "../../core/policy/policy-error.ts";
import { isPage, readJson, requireDocumented } from "../answer.ts";
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

export type Management = { kind: "here" } | ({ kind: "elsewhere" } & ManagedElsewhere) | { kind: "unseen" };

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
    if (response.status !== 200) throw apiError(response, reading, "policy_file:read");
    // Its syntax is checked by the edit and by the server. An HTML page or an empty body would look like a fault of the policy.
    if (isAPage(response)) throw unexpected(response, reading);
    if (response.body.trim() === "") throw unexpected(response, reading, "nothing");
    const etag = response.headers.get("etag")?.replace(/^W\//, "").replaceAll('"', "");
    if (!etag) throw new ApiError(response.status, formatMessage(texts.noEtag, {}));
    if (response.malformed)
      throw new PolicyError(notUtf8, "Save the file as UTF-8, in the admin console.", response.malformed);
    return { text: response.body, etag };
  }

  /**
   * The server's judgement of a whole file that it does not store. Needs the scope `policy_file:read`.
   * The status is 200 also for a refusal: a `message` tells. An empty body, or `{}`, is consent; anything else is neither.
   */
  async validate(text: string): Promise<Verdict> {
    const headers = { "Content-Type": "application/hujson", Accept: "application/json" };
    const response = await this.#tailnet.send("acl/validate", { method: "POST", headers, body: text, retry: "always" });
    if (response.status === 400) {
      const { message, findings } = parseRefusal(response);
      if (message) return { kind: "refused", message, findings };
    }
    if (response.status !== 200) throw apiError(response, validating, "policy_file:read");
    if (response.body.trim() === "" && !isAPage(response)) return { kind: "valid" };
    const answer = requireDocumented(judgement, readJson(response), (what) => unexpected(response, validating, what));
    if (Object.keys(answer).length === 0) return { kind: "valid" };
    const { message = "", data } = answer;
    const findings = (data ?? []).map(toFinding);
    const onlyWarnings = message === "warning(s) found" && findings.every((finding) => finding.errors.length === 0);
    return { kind: onlyWarnings ? "warnings" : "refused", message: message || "no reason given", findings };
  }

  /**
   * Replaces the file if it is still the one with this ETag. Needs the scope `policy_file`.
   * @throws {PreconditionFailed} when it is not.
   * @throws {ConnectionError} when the answer got lost: it may have happened. The same for an ApiError with 5xx or 200.
   */
  async write(text: string, etag: string): Promise<void> {
    const headers = { "Content-Type": "application/hujson", Accept: "application/hujson", "If-Match": `"${etag}"` };
    const response = await this.#tailnet.send("acl", { method: "POST", headers, body: text, retry: "rejected" });
    if (response.status < 200 || response.status >= 300) throw apiError(response, writing, "policy_file");
    if (isAPage(response)) throw unexpected(response, writing);
  }

  /** Undefined when the file is managed here, or when this credential may not see the setting. */
  async managedElsewhere(): Promise<ManagedElsewhere | undefined> {
    const found = await this.readManagement();
    return found.kind === "elsewhere" ? { link: found.link } : undefined;
  }

  /** Where the file is managed. `unseen`: this credential may not see the setting. */
  async readManagement(): Promise<Management> {
    const headers = { Accept: "application/json" };
    const response = await this.#tailnet.send("settings", { method: "GET", headers, retry: "always" });
    if ((response.status === 403 || response.status === 404) && !isAPage(response)) return { kind: "unseen" };
    if (response.status !== 200) throw apiError(response, readingSettings, "policy_file:read");
    const settings = requireDocumented(tailnetSettings, readJson(response), (what) =>
      unexpected(response, readingSettings, what),
    );
    if (settings.aclsExternallyManagedOn === undefined) return { kind: "unseen" };
    return settings.aclsExternallyManagedOn
      ? { kind: "elsewhere", link: settings.aclsExternalLink ?? "" }
      : { kind: "here" };
  }
}

const reading = "read the policy file";
const validating = "validate a policy file";
const writing = "write the policy file";
const readingSettings = "read the tailnet settings";

/** `{message, data: [{user, errors, warnings}]}`, tailscale/tailscale client/tailscale/acl.go. */
const test = z.object({
  // The name is historical: it holds the `src` of the test, whatever that is.
  user: z.string().default(""),
  errors: z.array(z.string()).nullish(),
  warnings: z.array(z.string()).nullish(),
});
const judgement = z
  .looseObject({ message: z.string().optional(), data: z.array(test).nullish() })
  .refine(
    (answer) => Object.keys(answer).length === 0 || answer.message || answer.data?.length,
    "neither consent nor a reason against it",
  );
const errorBody = z.looseObject({ message: z.string().catch(""), data: z.array(test).catch([]) });

/** Each field needs a scope of its own. Fields that the credential may not see are absent; with none of the scopes the status is 403. */
const tailnetSettings = z
  .looseObject({ aclsExternallyManagedOn: z.boolean().optional(), aclsExternalLink: z.string().nullish() })
  .refine(
    (settings) =>
      Object.keys(settings).some((name) => /^(acls|devices|users|https|network|posture|regional)/.test(name)),
    "no setting of a tailnet",
  );

/** Whether something else than Tailscale's API answered, with a page for people. */
export const isAPage = ({ body, headers }: HttpResponse): boolean => isPage(body, headers.get("content-type"));

/** The error for an answer that is not the documented one. */
export function unexpected(response: HttpResponse, action: string, what = "an HTML page"): ApiError {
  const { origin, status } = response;
  const shown = status === 200 ? what : `${what} (${status})`;
  return new ApiError(status, formatMessage(texts.notTailscale, { origin, action, what: shown }));
}

/** The error of an unexpected answer. `scope` is the one that the request needs. */
export function apiError(response: HttpResponse, action: string, scope: string): ApiError {
  const { status } = response;
  const isRedirect = status >= 300 && status < 400;
  if (isAPage(response) && !isRedirect) return unexpected(response, action);
  const { message, findings } = parseRefusal(response);
  const said = message ? `: ${message}` : "";
  if (status === 412) return new PreconditionFailed(status, "The policy file changed since it was read.");
  return new ApiError(status, refusal(status, { action, said, scope, status }), findings);
}

function refusal(status: number, values: { action: string; said: string; scope: string; status: number }): string {
  if (status === 401) return formatMessage(texts.unauthorized, values);
  if (status === 403) return formatMessage(texts.forbidden, values);
  if (status === 404) return formatMessage(texts.notFound, values);
  if (status >= 300 && status < 400) return formatMessage(texts.redirected, values);
  return formatMessage(texts.refused, values);
}

/** The message in the body of an error, if there is one. */
function parseRefusal(response: HttpResponse): { message: string; findings: Finding[] } {
  const { message = "", data = [] } = errorBody.safeParse(readJson(response)).data ?? {};
  return { message, findings: data.map(toFinding) };
}

function toFinding({ user, errors, warnings }: z.infer<typeof test>): Finding {
  return { subject: user, errors: errors ?? [], warnings: warnings ?? [] };
}
