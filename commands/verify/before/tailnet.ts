/** What the tailnet has before the first `pulumi up`, and what the credential may do there. */
import type {
  BeforeFacts,
  PolicyVerdict,
  Refused,
  TailnetBefore,
  TailscaleRights,
} from "../../../core/checks/before-facts.ts";
import { type Fact, isUnread } from "../../../core/checks/facts.ts";
import { destinationsOf } from "../../../core/checks/rows/before-device.ts";
import { plan } from "../../../core/policy/edit.ts";
import { describeMissing } from "../../../core/policy/missing-entries.ts";
import { isAsWanted } from "../../../core/policy/ownership.ts";
import { PolicyError } from "../../../core/policy/policy-error.ts";
import { fragmentOf, proposePolicy } from "../../../core/policy/stack-fragment.ts";
import type { Settings } from "../../../core/settings/settings.ts";
import { CredentialError } from "../../../services/tailscale/credentials.ts";
import { listDevices } from "../../../services/tailscale/devices.ts";
import { KeysApi } from "../../../services/tailscale/keys.ts";
import { identifyCredential, readOwnRights } from "../../../services/tailscale/own-credential.ts";
import { ApiError, PolicyApi } from "../../../services/tailscale/policy-file.ts";
import { describeRefusal } from "../../../services/tailscale/policy-refusal.ts";
import { type Connections, toUnread } from "../connections.ts";

export async function readTailnetBefore(
  connections: Connections,
  settings: Settings,
): Promise<Pick<BeforeFacts, "tailscale" | "tailnet">> {
  const { tailnet, runtime } = connections;
  const api = new PolicyApi(tailnet);
  const [policy, credential] = await readPolicy(connections, api);
  if (isUnread(credential)) {
    const unseen = { unread: credential.unread };
    return {
      tailscale: { credential, rights: unseen },
      tailnet: { policy: unseen, management: unseen, verdict: unseen, keys: unseen, devices: unseen },
    };
  }
  const [rights, management, keys, devices] = await Promise.all([
    readAllowed(() => readOwnRights(tailnet, identifyCredential({}, runtime))),
    readAllowed(() => api.readManagement()),
    readAllowed(() => new KeysApi(tailnet).list()),
    readAllowed(() => listDevices(tailnet)),
  ]);
  const verdict = await judgeProposal(api, settings, { policy, devices, management });
  return { tailscale: { credential, rights }, tailnet: { policy, management, verdict, keys, devices } };
}

/** The policy file, which every kind of credential may read, tells whether Tailscale accepts this one. */
async function readPolicy(
  { runtime }: Connections,
  api: PolicyApi,
): Promise<[TailnetBefore["policy"], TailscaleRights["credential"]]> {
  const policy = await api.read().then(
    ({ text }) => text,
    (error: unknown) => error,
  );
  if (typeof policy === "string") return [policy, identifyCredential({}, runtime)];
  const reason = readRefusal(policy) ?? toUnread(policy);
  const isAccepted = policy instanceof PolicyError || (policy instanceof ApiError && policy.status === 403);
  return [reason, isAccepted ? identifyCredential({}, runtime) : reason];
}

/** What is read, that the credential may not, or why neither can be told. */
async function readAllowed<T>(read: () => Promise<T>): Promise<Fact<T>> {
  try {
    return await read();
  } catch (error) {
    return readRefusal(error) ?? toUnread(error);
  }
}

function readRefusal(error: unknown): Refused | undefined {
  const isRefused =
    error instanceof CredentialError || (error instanceof ApiError && [401, 403, 404].includes(error.status));
  return isRefused ? { unread: error.message.replace(/\s*\n\s*/g, " "), refused: true } : undefined;
}

/** Has Tailscale judge the file with the stack's entries, as the first `pulumi up` would write it. Nothing is stored. */
async function judgeProposal(
  api: PolicyApi,
  settings: Settings,
  { policy: live, devices, management }: Pick<TailnetBefore, "policy" | "devices" | "management">,
): Promise<Fact<PolicyVerdict>> {
  if (isUnread(live)) return { unread: live.unread };
  const destinations = destinationsOf(settings, devices);
  if (isUnread(destinations)) return { unread: destinations.unread };
  const { owner, mode } = settings.policy;
  const fragment = fragmentOf(settings, destinations);
  try {
    if (mode === "observe") {
      const missing = plan(live, fragment, owner).filter(({ state }) => !isAsWanted(state));
      if (missing.length === 0) return { kind: "unchanged" };
      const elsewhere = !isUnread(management) && management.kind === "elsewhere" ? management : undefined;
      return { kind: "refused", said: describeMissing(missing, elsewhere) };
    }
    const proposal = proposePolicy(live, fragment, owner);
    if (proposal.kind === "refused") return proposal;
    const wanted = proposal.text;
    if (wanted === live) return { kind: "unchanged" };
    const verdict = await api.validate(wanted);
    if (verdict.kind !== "refused") return { kind: "valid" };
    const unchanged = await api.validate(live);
    return { kind: "refused", said: describeRefusal({ verdict, unchanged, live, wanted, owner }) };
  } catch (error) {
    if (error instanceof PolicyError) return { kind: "refused", said: error.message };
    return toUnread(error);
  }
}
