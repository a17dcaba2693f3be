/** A stack's name as part of the names of files and branches. */
import { createHash } from "node:crypto";

/**
 * `acme/prod` as `acme-prod`. No two stacks get one name, whatever the case: `a/b-c` and `a-b/c`, `Acme/prod` and `acme/prod`.
 * Only a name whose slash stands where the last hyphen would be is taken as it is; every other one has a dot and ten digits of
 * a hash behind it, and that is the only dot.
 */
export function flattenOwner(owner: string): string {
  if (/^[a-z0-9_-]+\/[a-z0-9_]+$/.test(owner) && owner.length <= 50) return owner.replace("/", "-");
  const flat = owner.toLowerCase().replaceAll(/[^a-z0-9_]+/g, "-");
  return `${flat.slice(0, 40)}.${createHash("sha256").update(owner).digest("hex").slice(0, 10)}`;
}
