import { adminPages } from "./admin-pages.ts";
import { message, type Section } from "./entry.ts";

export const stackExists = message({
  says: "The state of {owner} is new, and what it would set up is there already:",
  advice: `
{found}
Either its state was lost, or another stack has made this, perhaps one of the same name in another backend; two such stacks undo
each other's work. Nothing was written.
  The state was lost: pulumi config set --path claude-aperture:policy.takeOver true
    Entries, workflow files and secrets become this stack's. Credentials are made anew; the old ones stay until you delete them.
  Another stack: log in to its backend instead (pulumi whoami --verbose says where you are), or give this one a name and
    repositories of its own: pulumi config set --path claude-aperture:policy.owner NAME`,
  cause:
    "a second backend has a stack of the same name (`claude-aperture/prod` is everybody's default), or a state was lost; without this each would delete what the other made",
  fix: "[as it says](policy-file.md#one-name-one-stack)",
});

export const newNameExists = message({
  says: "{previous} is to be called {owner}, and a stack of that name is there already:",
  advice: `
{found}
Nothing was written. Choose a name that no other stack of this tailnet has. Where these are leftovers of nobody, delete them and
their marks, and run again: policy.takeOver is for a new state only.`,
  cause: "`policy.owner`, or `pulumi stack rename`, gave the stack the name of another one",
  fix: "another name",
});

export const takenOver = message({
  says: "Taken over, as policy.takeOver says:",
  advice: "\n{found}",
  cause: "`policy.takeOver: true`, and a stack of this name had been here",
  fix: "remove the setting after this run",
});

export const oldCredentials = message({
  says: "The credentials from before are left alone",
  advice: `: this stack makes its own. Delete the old ones once nothing uses them: ${adminPages.trustCredentials}`,
  cause: "they were taken over with `policy.takeOver: true`, and their secrets are not to be read back",
  fix: "delete them; their descriptions are in the list above the message",
});

export const takeOverRemains = message({
  says: "policy.takeOver has done its work and is still set.",
  advice:
    " Whoever runs this configuration in another backend would take over from this stack unasked: pulumi config rm --path claude-aperture:policy.takeOver",
  cause: "`policy.takeOver: true` stayed in the stack's file",
  fix: "remove it",
});

export const credentialsUnseen = message({
  says: "The tailnet was not searched for credentials of this stack: {said}",
  cause: "the deploying credential may not list credentials; the policy file and the workflow files were looked at",
  fix: "none, if no other backend has a stack of this name",
});

export const leftoverDeleted = message({
  says: 'Deleted the credential {id} ("{description}"), which an interrupted run had left.',
  cause: "a run was interrupted after it had made a credential and before it could note it in the state",
  fix: "none",
});

export const leftoverRemains = message({
  says: 'The credential {id} ("{description}") was left by an interrupted run, and Tailscale answered {status} to its deletion.',
  advice: ` Delete it: ${adminPages.trustCredentials}`,
  cause: "the deploying credential may not delete it",
  fix: "delete it by hand",
});

export const leftoversUnseen = message({
  says: "The tailnet was not searched for credentials of an interrupted run: {said}",
  cause: "Tailscale did not answer, or the deploying credential may not list credentials",
  fix: "none, if no run was interrupted; otherwise delete credentials that nothing uses",
});

export const claimNotImported = message({
  says: "A claim cannot be imported: it says which state is the stack, and only a run can say so.",
  cause: "`pulumi import` of a `StackClaim`",
  fix: "`pulumi up` makes one; after a lost state with `policy: { takeOver: true }`",
});

export const claimUnknown = message({
  says: "Its inputs have to be known before anything is created, so they cannot come from other resources.",
  cause: "a program of somebody else gives `StackClaim` an output",
  fix: "give it plain values",
});

export const claim: Section = {
  title: "One name, one stack",
  introduction: "How a stack tells its own state from another's: [policy-file.md](policy-file.md#one-name-one-stack).",
  entries: [
    stackExists,
    newNameExists,
    takenOver,
    oldCredentials,
    takeOverRemains,
    credentialsUnseen,
    leftoverDeleted,
    leftoverRemains,
    leftoversUnseen,
    claimNotImported,
    claimUnknown,
  ],
};
