/** What is changed of a pull request whose commit stays. */
import type { Pull } from "./proposal.ts";
import type { PullText } from "./pull-texts.ts";

export interface PullEdits {
  title?: string;
  body?: string;
  isDraft?: boolean;
  mergesItself?: boolean;
  /** `replace`: they become all that it has. */
  labels?: { names: string[]; replace: boolean };
}

/**
 * What the settings have changed since the last run. What people have changed meanwhile stays: a title that was made better, a draft
 * that is ready, a label that was taken off.
 *
 * @param before what the last run wanted; undefined where no run has noted the pull request, so that something may be missing.
 */
export function findPullEdits(pull: Pull, wanted: PullText, before: PullText | undefined): PullEdits {
  const isChanged = (key: keyof PullText) => !before || before[key] !== wanted[key];
  const added = wanted.labels.filter((label) => !before?.labels.includes(label) && !pull.labels.includes(label));
  const dropped = (before?.labels ?? []).filter(
    (label) => !wanted.labels.includes(label) && pull.labels.includes(label),
  );
  const kept = pull.labels.filter((label) => !dropped.includes(label));
  return {
    ...(isChanged("title") && pull.title !== wanted.title ? { title: wanted.title } : {}),
    ...(isChanged("body") && pull.body !== wanted.body ? { body: wanted.body } : {}),
    // Without a run that noted it, whoever made it ready for review is not to be undone.
    ...(before && isChanged("isDraft") && pull.isDraft !== wanted.isDraft ? { isDraft: wanted.isDraft } : {}),
    ...(isChanged("mergesItself") && pull.mergesItself !== wanted.mergesItself && (before || wanted.mergesItself)
      ? { mergesItself: wanted.mergesItself }
      : {}),
    ...(dropped.length > 0 ? { labels: { names: [...kept, ...added], replace: true } } : {}),
    ...(dropped.length === 0 && added.length > 0 ? { labels: { names: added, replace: false } } : {}),
  };
}
