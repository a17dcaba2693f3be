import type { Section } from "./entry.ts";

export const policyFile: Section = {
  title: "The policy file",
  introduction: "What each of these means is in [policy-file.md](policy-file.md).",
  entries: [
    {
      says: "Tailscale refuses the policy file as it already stands",
      file: "provider/fragment/refusal.ts",
      cause: "the file was invalid before us, for instance since a group was deleted",
      fix: "repair it in the admin console; the message has the line",
    },
    {
      says: "Tailscale refuses the policy file with this change",
      file: "provider/fragment/refusal.ts",
      cause:
        "our entries contradict it. Often a test: `want: Drop, got: Accept` of a `strict` test on a tailnet that allows all, or somebody's own test",
      fix: "as the message says; `policy: { test: accept }` or `none`",
    },
    {
      when: "in `destroy`, or after a change of `tag`",
      says: "{tag} would be gone, and is still used:",
      file: "provider/fragment/refusal.ts",
      cause: "rules of others use a tag that only our entry defines",
      fix: "change those rules first, or give the tag an entry of their own in `tagOwners`",
    },
    {
      says: "The tailnet policy file changed during each of {tries} tries to write it",
      file: "provider/fragment/operations.ts",
      cause: "something writes it without a pause (each write of ours met a 412)",
      fix: "find it in the [audit log](https://login.tailscale.com/admin/logs); run again when it is quiet",
    },
    {
      says: "The server accepted the policy file {times} times, and each time the entries were gone",
      file: "provider/fragment/operations.ts",
      cause:
        "another tool restores its own file, such as [gitops-acl-action](https://github.com/tailscale/gitops-acl-action) or Terraform's `tailscale_acl`",
      fix: "`policy: { mode: observe }`, and the entries in that tool's file",
    },
    {
      says: "The policy file of this tailnet is managed elsewhere",
      file: "provider/fragment/preview.ts",
      cause: 'the tailnet setting "Prevent edits in the admin console"',
      fix: "the same; or turn the setting off",
    },
    {
      says: '{count} not in the tailnet policy file as wanted. Mode "observe" writes nothing.',
      file: "provider/fragment/preview.ts",
      cause: "the entries are not there, or differ. A warning in a preview, an error in `up`",
      fix: "paste them where the message says",
    },
    {
      says: '{tag} is not in "tagOwners". If it is Aperture\'s, define it there',
      file: "provider/fragment/refusal.ts",
      cause: "`aperture.device` is a tag that the policy file does not define",
      fix: "as it says; or a Tailscale address as `aperture.device`",
    },
    {
      says: "{owner} and {other} want different things for {tag}",
      file: "core/policy/change.ts",
      cause: "two stacks want different models, owners or destinations for one tag",
      fix: "[a tag for each, or equal settings](policy-file.md#whose-entry-is-it)",
    },
    {
      says: "{owner} is the owner of entries already, so {other} cannot become it",
      file: "core/policy/edit.ts",
      cause: "`policy.owner` was changed to the name of another stack",
      fix: "another name",
    },
    {
      says: "Line {line}, column {column} of the tailnet policy file: {what}",
      file: "core/policy/policy-error.ts",
      cause: "the file is not what Tailscale's parser takes, or has a key twice",
      fix: "[as it says](policy-file.md#what-is-refused)",
    },
    {
      seen: "`precondition failed, invalid old hash`",
      cause: "the answer to a 412 in another tool: it, too, uses `If-Match`, and we wrote in between",
      fix: "let that tool read the file again",
    },
    {
      seen: "a preview shows changes of `access[...]` that nobody made in the stack",
      cause: "somebody edited a marked entry; the preview shows theirs => ours",
      fix: "`pulumi up` restores ours; or take theirs over into the settings",
    },
    {
      says: "No entry of the tailnet policy file carries the mark of {owner}",
      file: "provider/fragment/operations.ts",
      cause: "import of an owner that is not there",
      fix: "the owner is in the comments: `// OWNER: managed by Pulumi`",
    },
    {
      says: "{owner} is the owner of the {resource} already",
      file: "provider/fragment/operations.ts",
      cause: "two fragments with one `owner` in a program",
      fix: "an owner each",
    },
  ],
};
