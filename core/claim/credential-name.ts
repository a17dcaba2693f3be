/**
 * The descriptions of credentials in the tailnet: readable in the admin console, and the only place in which a credential can
 * say whose it is.
 */
import { createHash } from "node:crypto";

/** What a credential is for. */
export interface CredentialName {
  /** `owner/name`, in any case. */
  repository: string;
  /** The stack's name, for a credential without a claim. */
  owner: string;
  /** The id of the stack's claim. */
  claim?: string | undefined;
  /** Another one is another credential. */
  rotation?: string | undefined;
  /** What it is for, where a repository can have several: a call of a central file, or the path of one. */
  purpose?: string | undefined;
}

/** Tailscale allows 50 characters (API document of `POST /keys`); letters, digits and hyphens are safe. */
const longest = 50;

/** What ends a description: of a claim, and without one. */
const claimed = { length: "-01234567-012345".length, form: /^-[0-9a-f]{8}-[0-9a-f]{6}$/ };
const unclaimed = { length: "-01234567".length, form: /^-[0-9a-f]{8}$/ };

/**
 * The description of a credential, the same for the same credential only. With a claim `claude-acme-app-0123abcd-4567ef`:
 * the first eight digits of the claim's id, and six of a hash of repository, rotation and purpose. Without one
 * `claude-acme-app-0123abcd`: eight digits of a hash of stack, repository and rotation.
 */
export function describeCredential({ repository, owner, claim, rotation = "", purpose }: CredentialName): string {
  const whole = [claim ?? owner, repository.toLowerCase(), rotation, ...(purpose === undefined ? [] : [purpose])];
  if (claim === undefined) return `${readable(repository, unclaimed.length)}-${hash(whole, 8)}`;
  return `${readable(repository, claimed.length)}-${claimPart(claim)}-${hash(whole, 6)}`;
}

/** Tells whether this program, in whatever stack, gave a credential of one of the repositories a description. */
export function recogniseCredentials(repositories: string[]): (description: string) => boolean {
  const names = [claimed, unclaimed].map(({ length, form }) => ({
    length,
    form,
    readable: new Set(repositories.map((repository) => readable(repository, length).toLowerCase())),
  }));
  return (description) =>
    names.some(({ length, form, readable }) => {
      const end = description.length - length;
      return form.test(description.slice(end)) && readable.has(description.slice(0, end).toLowerCase());
    });
}

/** Whether a credential of the stack with this claim has this description. */
export function isCredentialOfClaim(description: string, claim: string): boolean {
  const end = description.slice(-claimed.length);
  return description.startsWith("claude-") && claimed.form.test(end) && end.startsWith(`-${claimPart(claim)}-`);
}

/** A name that is too long ends in four digits of its hash: repositories of one beginning are still told apart. */
function readable(repository: string, reserved: number): string {
  const name = `claude-${repository}`.replaceAll(/[^A-Za-z0-9]+/g, "-").replace(/-+$/, "");
  const room = longest - reserved;
  if (name.length <= room) return name;
  const end = hash([repository.toLowerCase()], 4);
  return `${name.slice(0, room - end.length - 1).replace(/-+$/, "")}-${end}`;
}

const claimPart = (claim: string) => claim.slice(0, 8);

function hash(whole: string[], digits: number): string {
  return createHash("sha256").update(JSON.stringify(whole)).digest("hex").slice(0, digits);
}
