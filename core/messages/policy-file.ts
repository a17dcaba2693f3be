import { adminPages } from "./admin-pages.ts";
import { message, type Section } from "./entry.ts";

export const invalidAlready = message({
  says: "Tailscale refuses the policy file as it already stands: {said}",
  advice: `{details}\nNothing was written. Repair the file first: ${adminPages.policyFile}`,
  cause: "the file was invalid before us, for instance since a group was deleted",
  fix: "repair it in the admin console; the message has the line",
});

export const invalidWithUs = message({
  says: "Tailscale refuses the policy file with this change: {said}",
  advice: "{details}\nNothing was written; without the change the file is valid.\n{advice}",
  cause:
    "our entries contradict it. Often a test: `want: Drop, got: Accept` of a `strict` test on a tailnet that allows all, or somebody's own test",
  fix: "as the message says; `policy: { test: accept }` or `none`",
});

export const tagStillUsed = message({
  when: "in `destroy`, or after a change of `tag`",
  says: "{tag} would be gone, and is still used:",
  advice: `\n{uses}\nChange those rules first (${adminPages.policyFile}), or keep the tag.`,
  cause: "rules of others use a tag that only our entry defines",
  fix: "change those rules first, or give the tag an entry of their own in `tagOwners`",
});

export const tagUndefined = message({
  says: '{tag} is not in "tagOwners". If it is Aperture\'s, define it there',
  advice: ` and give it to the device,\nor name one of the device's Tailscale addresses instead: ${adminPages.policyFile}`,
  cause: "`aperture.device` is a tag that the policy file does not define",
  fix: "as it says; or a Tailscale address as `aperture.device`",
});

export const changedAllTheTime = message({
  says: "The tailnet policy file changed during each of {tries} tries to write it, so nothing was written.",
  advice:
    "\nSomething else writes it all the time: another `pulumi up`, a GitOps job (tailscale/gitops-acl-action, Terraform), " +
    `or somebody in the admin console. Who it is: ${adminPages.logs}\nRun again when it is quiet.`,
  cause: "something writes it without a pause (each write of ours met a 412)",
  fix: `find it in the [audit log](${adminPages.logs}); run again when it is quiet`,
});

export const writtenAndGone = message({
  says: "The server accepted the policy file {times} times, and each time the entries were gone when it was read back.",
  advice:
    `\nSomething else restores an older file, such as a GitOps job. Who it is: ${adminPages.logs}\n` +
    'Where the file belongs to another tool, set mode "observe" and add the entries there.',
  cause:
    "another tool restores its own file, such as [gitops-acl-action](https://github.com/tailscale/gitops-acl-action) or Terraform's `tailscale_acl`",
  fix: "`policy: { mode: observe }`, and the entries in that tool's file",
});

export const managedElsewhere = message({
  says: "The policy file of this tailnet is managed elsewhere{where}",
  advice:
    "\nNothing was written, because the next run of that tool would undo it.\n" +
    'Set mode "observe" (pulumi config set --path claude-aperture:policy.mode observe): an update then shows which entries\n' +
    "to add there, and a destroy leaves the file alone. Or, if the file is not managed there any more, turn off\n" +
    `"Prevent edits in the admin console":\n${adminPages.policyFileManagement}`,
  cause: 'the tailnet setting "Prevent edits in the admin console"',
  fix: "`policy: { mode: observe }`, and the entries in the file that is managed there; or turn the setting off",
});

export const firstRule = message({
  says: 'The tailnet policy file has neither "grants" nor "acls", so Tailscale allows everything. The grant of this stack would be the first rule, and end that for every other device.',
  advice:
    `\nNothing was written. Say before what others may do: ${adminPages.policyFile}\n` +
    '  "grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"]}],    as it is now\n' +
    '  "grants": [],                                             nothing but what rules allow',
  cause: "nobody has written a rule; where there is none, everything is allowed",
  fix: "write down who may reach what, before this stack adds its grant",
});

export const lastRule = message({
  says: 'Without this stack the tailnet policy file would have neither "grants" nor "acls", and Tailscale would allow everything to every device.',
  advice: `\nNothing was written. Add "grants": [] (which allows nothing) or rules of your own, then run again: ${adminPages.policyFile}`,
  cause: "the rules of others were taken out since this stack added its grant",
  fix: "as it says",
});

export const entriesMissing = message({
  says: '{count} not in the tailnet policy file as wanted. Mode "observe" writes nothing.',
  advice: "\nAdd this where the file is managed{where}, then run again:\n\n{entries}",
  cause: "the entries are not there, or differ. A warning in a preview, an error in `up`",
  fix: "paste them where the message says",
});

export const nothingToImport = message({
  says: "No entry of the tailnet policy file carries the mark of {owner}",
  advice:
    ' ("// {name}: managed by Pulumi").\nEntries without a mark need no import: `pulumi up` adopts those that already mean the same.',
  cause: "import of an owner that is not there",
  fix: "the owner is in the comments: `// OWNER: managed by Pulumi`",
});

export const sharedOwner = message({
  says: "{owner} is the owner of the {resource} already",
  advice: ", and each would remove the other's entries. Give each its own owner, or make them one.",
  cause: "two fragments with one `owner` in a program",
  fix: "an owner each",
});

export const differentWishes = message({
  says: "{others} and {stack} want different things for {tag}",
  advice: " in {section}.\n  found:  {live}\n  wanted: {wanted}",
  cause: "two stacks want different models, owners or destinations for one tag",
  fix: "[a tag for each, or equal settings](policy-file.md#whose-entry-is-it)",
});

/** How `differentWishes` goes on where each stack has an entry of its own. */
export const separateTags = "Give one of them a tag of its own, or both the same settings for this tag.";

/** How it goes on where both have one entry. */
export const agreeOnEntry =
  "They share the entry. Give one of them a tag of its own, or write into the entry what both should want and change the " +
  "settings of both.";

export const ownerTaken = message({
  says: "{newOwner} is the owner of entries already, so {owner} cannot become it.",
  cause: "`policy.owner` was changed to the name of another stack",
  fix: "another name",
});

export const inPolicyFile = message({
  says: "Line {line}, column {column} of the tailnet policy file: {what}",
  cause: "the file is not what Tailscale's parser takes, or has a section or a tag of ours twice",
  fix: "[as it says](policy-file.md#what-is-refused)",
});

export const editFault = message({
  says: "The edit of the tailnet policy file would do more than it should, so nothing was written.",
  advice:
    " {what}\n" +
    "This is a fault of claude-aperture, not of the file. Please report it: this message, the version of " +
    "claude-aperture, and {place} of the policy file (names may be made up; comments, commas, spaces and line breaks have " +
    "to stay as they are).\n" +
    "Until it is mended, put the entries and their marks on lines of their own, or add them by hand and set policy.mode to " +
    '"observe".',
  cause: "our edit went wrong, and its own check of the result found that",
  fix: "report it, with what the message asks for",
});

export const tagInUse = message({
  says: "{tags} in use already: Claude's runners would get what the rules below give, and whatever carries the tag today would get Aperture's models.",
  advice:
    "\n{rules}\nNothing was written. Two ways out:\n  a tag of its own, such as {free}: pulumi config set claude-aperture:tag {free}\n  or, where both are meant to be one: pulumi config set --path claude-aperture:policy.shareTag true",
  cause:
    "rules of others name the tag, for more than Aperture: the message has their lines. Only the first `up` with the tag asks",
  fix: "another `tag`; or `policy: { shareTag: true }`, [if it is meant](policy-file.md#what-else-the-tag-can-do)",
});

export const tagOfAperture = message({
  says: "{tag} is the tag of the Aperture device: a runner that carries it could take Aperture's place.",
  advice: " Give runners a tag of their own.",
  cause: "`tag` is `aperture.device`, or one of a component's tags is among its destinations",
  fix: "another `tag`",
});

export const modelsWithoutEffect = message({
  says: '"models" has no effect for {tag}: line {line} of the tailnet policy file grants it {models}, and grants add up.',
  advice: "\n  {rule}\n  Narrow or remove that rule. Until then runners may use what it grants.",
  cause: "a grant of somebody else gives the tag more models than the settings do",
  fix: "narrow or remove it, or choose a tag that it does not cover",
});

export const modelsMaybeWithoutEffect = message({
  says: '"models" may have no effect for {tag}: line {line} of the tailnet policy file grants it {models} at {place}, and grants add up.',
  advice:
    "\n  {rule}\n  The file does not say whether {place} and {destination} are one device. If they are, narrow or remove that rule.",
  cause:
    "a grant of somebody else gives the tag more models, perhaps at another device: its destination is a tag where the settings have an address, or the other way round",
  fix: "if the two are one device: narrow or remove it, or choose a tag that it does not cover",
});

export const moreOfAperture = message({
  says: "Line {line} of the tailnet policy file gives {tag} more of Aperture than this stack: {what}.",
  advice: "\n  {rule}\n  Narrow or remove that rule. Until then runners have that, too.",
  cause: "a grant of somebody else gives the tag another role, or tools",
  fix: "narrow or remove it, or choose a tag that it does not cover",
});

export const policyFile: Section = {
  title: "The policy file",
  introduction: "What each of these means is in [policy-file.md](policy-file.md).",
  entries: [
    invalidAlready,
    invalidWithUs,
    tagStillUsed,
    changedAllTheTime,
    writtenAndGone,
    managedElsewhere,
    firstRule,
    lastRule,
    entriesMissing,
    tagUndefined,
    differentWishes,
    ownerTaken,
    inPolicyFile,
    editFault,
    tagInUse,
    tagOfAperture,
    modelsWithoutEffect,
    modelsMaybeWithoutEffect,
    moreOfAperture,
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
    nothingToImport,
    sharedOwner,
  ],
};
