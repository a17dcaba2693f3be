/**
 * The components, for other Pulumi programs: `TailnetAccess` once per tailnet and stack, then a `ClaudeRepository` for each
 * repository, with `dependsOn` the access, because a tag must exist before a credential can have it.
 *
 * The program's Pulumi.yaml has to name the plugin of `PolicyFragment`:
 * `plugins: { providers: [{ name: claude-aperture, path: <this repository>/plugin }] }`.
 */
export { ClaudeRepository, type ClaudeRepositoryArgs } from "./claude-repository.ts";
export { PolicyFragment, type PolicyFragmentArgs, type TagAccessArgs } from "./policy-fragment.ts";
export { type RunnerCredential, RunnerIdentity, type RunnerIdentityArgs } from "./runner-identity.ts";
export { TailnetAccess, type TailnetAccessArgs } from "./tailnet-access.ts";
export type { Transform } from "./transform.ts";
