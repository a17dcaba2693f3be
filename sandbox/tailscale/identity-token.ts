/** Identity tokens against the rules of a federated identity: https://tailscale.com/docs/features/workload-identity-federation */
import { errors, jwtVerify } from "jose";
import type { TrustedIssuer } from "./oauth.ts";
import type { FederatedIdentity } from "./state.ts";

/** Why `jwt` is not good enough for `identity`; undefined when it is. */
export async function refusalReason(
  jwt: string,
  identity: FederatedIdentity,
  trusted: TrustedIssuer | undefined,
  now: Date,
): Promise<string | undefined> {
  if (identity.issuer !== trusted?.issuer) return `the keys of issuer ${identity.issuer} cannot be had`;
  try {
    const { payload } = await jwtVerify(jwt, trusted.keys, {
      issuer: identity.issuer,
      audience: identity.audience,
      algorithms: ["RS256"],
      requiredClaims: ["exp", "sub"],
      currentDate: now,
    });
    if (!matches(identity.subject, payload.sub))
      return `sub ${JSON.stringify(payload.sub)} does not match ${JSON.stringify(identity.subject)}`;
    const [claim, pattern] =
      Object.entries(identity.customClaimRules).find(([name, rule]) => !matches(rule, findClaim(payload, name))) ?? [];
    return claim === undefined
      ? undefined
      : `claim ${claim} ${JSON.stringify(findClaim(payload, claim))} does not match ${JSON.stringify(pattern)}`;
  } catch (error) {
    if (error instanceof errors.JOSEError) return error.message;
    throw error;
  }
}

/** `*` matches any characters, `/` and `:` among them; everything else is literal. */
export function matches(pattern: string, value: unknown): boolean {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return false;
  const expression = pattern.split("*").map((literal) => literal.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${expression.join(".*")}$`, "s").test(String(value));
}

/** `user.name` is the claim `name` within `user`; a name with a dot is written in quotes, `"open.id"`. */
function findClaim(claims: unknown, name: string): unknown {
  const steps = [...name.matchAll(/"([^"]*)"|[^.]+/g)].map(([step, quoted]) => quoted ?? step);
  return steps.reduce<unknown>((value, step) => (isObject(value) ? value[step] : undefined), claims);
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
