import type { Script } from "./script.ts";

/**
 * Whether there is something to review: sets the output `review`, or the variable `NOT_ASKED` for the last step. Needs
 * `PATHS`, `SKIP_PATHS` and `SKIP_LABELS`, one entry a line, as far as they are set.
 *
 * Files and labels are those of the moment, also when an old run is started again. Nothing but the settings takes a file out:
 * where GitHub does not list all files, there is a review.
 */
export async function checkScope({ github, core, context, process, text }: Script): Promise<void> {
  const { PATHS, SKIP_PATHS, SKIP_LABELS } = process.env;
  const target = { ...context.repo, pull_number: context.issue.number };
  const reason = (await hasSkippedLabel()) ? text.skippedLabel : (await hasFile()) ? "" : text.nothingInScope;
  if (!reason) return core.setOutput("review", true);
  core.notice(reason);
  core.exportVariable("NOT_ASKED", reason);
  await core.summary.addRaw(`### No review\n\n${reason}\n`).write();

  async function hasSkippedLabel() {
    if (!SKIP_LABELS) return false;
    const { data: pull } = await github.rest.pulls.get(target);
    // GitHub has no two labels that differ in case alone.
    const skipped = SKIP_LABELS.toLowerCase().split("\n");
    return pull.labels.some(({ name }) => skipped.includes(name.toLowerCase()));
  }

  async function hasFile() {
    if (!PATHS && !SKIP_PATHS) return true;
    const files = await github.paginate(github.rest.pulls.listFiles, { ...target, per_page: 100 });
    // GitHub lists no more: https://docs.github.com/rest/pulls/pulls#list-pull-requests-files
    if (files.length >= 3000) return true;
    const forms = new Map([
      ["**/", "(.*/)?"],
      ["**", ".*"],
      ["*", "[^/]*"],
      ["?", "?"],
      ["+", "+"],
    ]);
    const lists = [PATHS || "**", SKIP_PATHS ?? ""].map((list) =>
      list.split("\n").map((pattern) => {
        // `**/` is any number of folders where a folder can begin. In brackets every character stands for itself.
        const source = pattern
          .replace(/^!/, "")
          .replace(
            /(?<![^/])\*\*\/|\*\*|\[.+?\]|\W/g,
            (part) => forms.get(part) ?? (part.length > 2 ? part : `\\${part}`),
          );
        return { includes: pattern[0] !== "!", form: new RegExp(`^${source}$`, "s") };
      }),
    );
    // Both names of a renamed file count. Of several patterns the last that matches decides.
    const names = files.flatMap(({ filename, previous_filename = filename }) => [filename, previous_filename]);
    return names.some((name) => {
      const [isMeant, isSkipped] = lists.map((list) => list.findLast(({ form }) => form.test(name))?.includes);
      return isMeant && !isSkipped;
    });
  }
}
