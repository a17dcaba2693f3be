/** What people do in pull requests and issues. Their events start what workflows there are. */
import {
  closePull,
  commentOn,
  mergePull,
  openPullAs,
  pushToPull,
  type Repository,
  setCollaborator,
  slug,
} from "../github/index.ts";
import { command, flag, number, oneOf, option, optionalWord, word } from "./command.ts";
import { changeableRepository, filePath } from "./find.ts";

const repository = word("OWNER/NAME");
const pull = number("NUMBER");
/** Login; an account that is not there yet is made. */
const author = option("LOGIN");

/** A colleague, who may write everywhere. */
const usual = "somebody";

export const conversationCommands = [
  command({
    name: "pull-request",
    does: "pushes a branch with a new file and opens a pull request of it; --fork: from its author's fork",
    example: "pull-request acme/app --author octocat --fork",
    takes: { repository, author, branch: option("NAME"), title: option("TEXT"), fork: flag() },
    perform({ github }, given) {
      const found = changeableRepository(github, given.repository);
      const {
        number,
        head,
        author: by,
      } = openPullAs(found, {
        author: given.author ?? usual,
        fork: given.fork,
        ...(given.branch === undefined ? {} : { head: given.branch }),
        ...(given.title === undefined ? {} : { title: given.title }),
      });
      const from = given.fork ? `${by.login}'s fork` : slug(found);
      return `${by.login} opened pull request ${number} of ${slug(found)}, from branch ${head} of ${from}.`;
    },
  }),
  command({
    name: "push",
    does: "pushes a file to a pull request's branch: PATH with this text, or one more change",
    example: "push acme/app 1 .github/workflows/claude.yml 'on: push'",
    takes: { repository, pull, path: optionalWord("PATH"), text: optionalWord("TEXT") },
    perform({ github }, given) {
      const found = changeableRepository(github, given.repository);
      const { author: by, headSha } = openPullOf(found, given.pull);
      const path = given.path === undefined ? `${by.login.replace(/\W/g, "-")}.md` : filePath(given.path);
      const text = given.text ?? `One more change after ${headSha.slice(0, 7)}.`;
      const sha = pushToPull(found, given.pull, { files: { [path]: `${text}\n` } });
      return `${by.login} pushed ${path} to pull request ${given.pull} of ${slug(found)}: commit ${sha.slice(0, 7)}.`;
    },
  }),
  command({
    name: "comment",
    does: "writes a comment in a pull request or issue",
    example: "comment acme/app 1 '@claude is this correct?' --author octocat",
    takes: { repository, pull, text: word("TEXT"), author },
    perform({ github }, given) {
      const found = changeableRepository(github, given.repository);
      const { author: by } = commentOn(found, given.pull, { author: given.author ?? usual, body: given.text });
      return `${by.login} commented on ${given.pull} of ${slug(found)}.`;
    },
  }),
  command({
    name: "merge",
    does: "merges a pull request with GitHub's button",
    example: "merge acme/app 1",
    takes: { repository, pull, deleteBranch: flag() },
    perform({ github }, given) {
      const found = changeableRepository(github, given.repository);
      const { base } = openPullOf(found, given.pull);
      mergePull(found, given.pull, { deleteBranch: given.deleteBranch });
      const tip = found.git.tip(base)?.sha.slice(0, 7);
      return `Pull request ${given.pull} of ${slug(found)} is merged into ${base}: commit ${tip}.`;
    },
  }),
  command({
    name: "close",
    does: "closes a pull request without merging it",
    example: "close acme/app 1",
    takes: { repository, pull },
    perform({ github }, given) {
      const found = changeableRepository(github, given.repository);
      closePull(openPullOf(found, given.pull));
      return `Pull request ${given.pull} of ${slug(found)} is closed.`;
    },
  }),
  command({
    name: "collaborator",
    does: "gives somebody a role in a repository; none takes it away",
    example: "collaborator acme/app octocat write",
    takes: { repository, login: word("LOGIN"), role: oneOf("none", "read", "triage", "write", "maintain", "admin") },
    perform({ github }, given) {
      const found = changeableRepository(github, given.repository);
      setCollaborator(found, given.login, given.role as Parameters<typeof setCollaborator>[2]);
      return `${given.login} has the role ${given.role} in ${slug(found)} now.`;
    },
  }),
];

function openPullOf(found: Repository, number: number) {
  const open = found.pulls.filter(({ state }) => state === "open");
  const pull = open.find((one) => one.number === number);
  if (pull) return pull;
  const known = open.map((one) => `${one.number} (${one.title})`).join(", ") || "none";
  throw new Error(`${slug(found)} has no open pull request ${number}. Open are: ${known}.`);
}
