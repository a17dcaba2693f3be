/** What the product is known to get wrong, and histories therefore leave out. Delete a line here once it is mended. */

/**
 * `POST /keys` is acted upon and its answer is lost: the credential is in Tailscale and not in the state. The next `up` that
 * makes it anew deletes it, and so does a `destroy`; a repository that leaves the settings in between has it until then.
 */
export function isKnownWeakness(fault: string, method: string, path: string): boolean {
  return fault === "drop after" && method === "POST" && path.endsWith("/keys");
}
