/** What people with write access commit. */
import { pushCommit, slug } from "../github/index.ts";
import { command, fileOption, option, optionalWord, word } from "./command.ts";
import { changeableRepository, filePath } from "./find.ts";

const repository = word("OWNER/NAME");

export const fileCommands = [
  command({
    name: "edit",
    does: "commits a file with this text, or that of a local file",
    example: 'edit acme/app .claude/settings.json \'{"model": "opus"}\'',
    takes: {
      repository,
      path: word("PATH"),
      text: optionalWord("TEXT"),
      from: fileOption("FILE"),
      branch: option("NAME"),
    },
    perform({ github }, given) {
      const found = changeableRepository(github, given.repository);
      if ((given.text === undefined) === (given.from === undefined)) {
        throw new Error("Give the file's new text, or --from FILE, and not both.");
      }
      const branch = given.branch ?? found.defaultBranch;
      const before = found.git.tip(branch)?.files.has(filePath(given.path));
      // As an editor saves it.
      const text = given.from ?? (given.text === "" ? "" : `${given.text}\n`);
      const sha = pushCommit(found, branch, { [given.path]: text });
      return `${before ? "Changed" : "Added"} ${given.path} on branch ${branch} of ${slug(found)}: commit ${sha.slice(0, 7)}.`;
    },
  }),
  command({
    name: "delete-file",
    does: "commits the removal of a file",
    example: "delete-file acme/app .github/workflows/claude.yml",
    takes: { repository, path: word("PATH"), branch: option("NAME") },
    perform({ github }, given) {
      const found = changeableRepository(github, given.repository);
      const branch = given.branch ?? found.defaultBranch;
      const files = [...(found.git.tip(branch)?.files.keys() ?? [])];
      if (!files.includes(given.path)) {
        throw new Error(
          `Branch ${branch} of ${slug(found)} has no ${given.path}. It has: ${files.join(", ") || "nothing"}.`,
        );
      }
      const sha = pushCommit(found, branch, { [given.path]: undefined });
      return `Deleted ${given.path} on branch ${branch} of ${slug(found)}: commit ${sha.slice(0, 7)}.`;
    },
  }),
];
