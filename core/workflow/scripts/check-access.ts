import type { Script } from "./script.ts";

/**
 * Whether Claude may answer a mention: sets the output `granted`, or the variable `NOT_ASKED` for the last step. Needs
 * `ALLOW_FORKS` and `TRIGGER_PHRASE`, which has no character of its own meaning in a regular expression.
 *
 * The Claude action asks for write access itself, but ends red. It does not ask whose commits it gets: it checks out the
 * head that an open pull request has by then, and commits to a branch of this repository with the name of that head's,
 * also for a fork (anthropics/claude-code-action, src/github/operations/branch.ts).
 */
export async function checkAccess({ github, core, context, process, text }: Script): Promise<void> {
  const { actor, payload, repo } = context;
  const { comment, issue, pull_request, review } = payload;
  const target = { ...repo, issue_number: context.issue.number };

  const ofPerson = await judgePerson();
  const ofHead = ofPerson || !(pull_request ?? issue?.pull_request) ? "" : await judgeHead();
  const refusal = ofPerson || ofHead;
  if (!refusal) return core.setOutput("granted", true);
  core.notice(refusal);
  core.exportVariable("NOT_ASKED", refusal);
  // In a conversation that is locked the notice stays alone.
  if (ofHead)
    await github.rest.issues.createComment({ ...target, body: ofHead }).catch(({ message }) => core.warning(message));

  async function judgePerson() {
    // The action's own rule for a mention, on the text that it looks at.
    const written = comment ?? review;
    const texts = written ? [written.body] : [issue?.title, issue?.body];
    const phrase = String(process.env.TRIGGER_PHRASE);
    const asked = new RegExp(`(^|\\s)${phrase}([\\s.,!?;:]|$)`, "i");
    if (!texts.some((part) => asked.test(part ?? ""))) return text.noWordOfItsOwn.replace("{phrase}", phrase);
    // Whoever transfers an issue, or makes one of a discussion, opens what somebody else wrote.
    // GitHub's account for all that were deleted is "ghost".
    for (const username of new Set([actor, (written ?? issue)?.user?.login ?? "ghost"])) {
      const { data } = await github.rest.repos.getCollaboratorPermissionLevel({ ...repo, username });
      // The base permission of a role: "maintain" is "write" here.
      if (!["admin", "write"].includes(data.permission)) return text.noWriteAccess;
    }
    return "";
  }

  async function judgeHead() {
    const { data: pull } = await github.rest.pulls.get({ ...repo, pull_number: target.issue_number });
    const { ref, repo: from, sha } = pull.head;
    const isFork = from?.id !== pull.base.repo.id;
    // Of a closed one the action takes no commits: it begins at the default branch. But the author of a fork's can open it
    // again in the meantime, unless it was merged.
    if (pull.merged || (pull.state !== "open" && !isFork)) return "";
    if (isFork && process.env.ALLOW_FORKS !== "true") return text.otherRepository;
    if (isFork && (await github.rest.repos.getBranch({ ...repo, branch: ref }).catch((e) => e.status !== 404)))
      return text.branchOfThatName;
    return (await isSeen()) ? "" : text.headMoved;

    async function isSeen() {
      // A review names the commit that its author saw, and a comment on a line comes with the head of that moment.
      if (pull_request) return sha === (review ? review.commit_id : pull_request.head.sha);
      // A comment in the conversation has neither. When a head was pushed GitHub alone knows: dates in commits are their
      // author's. Without an answer a branch of this repository passes, since who pushes there may ask Claude as well.
      const place = { owner: from?.owner.login ?? "", repo: from?.name ?? "", ref, per_page: 1 };
      const pushes = await github.request("GET /repos/{owner}/{repo}/activity", place).catch(() => undefined);
      const push = pushes?.data[0] ?? { after: isFork ? "" : sha, timestamp: 0 };
      return push.after === sha && new Date(push.timestamp) <= new Date(comment?.created_at ?? 0);
    }
  }
}
