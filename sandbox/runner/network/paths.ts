/** Paths of a job's way out itself. */

/** `?host=H&port=P`: whether that can be reached, as a `Verdict`. */
export const reachPath = "/_reach";

/** `?url=U`: the request goes on to U. For `fetch`, which knows no proxy. */
export const forwardPath = "/_forward";
