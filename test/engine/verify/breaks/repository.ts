/** In the settings of a repository. */
import { type Break, byHand } from "./break.ts";
import { changeEntry, nameOf } from "./settings.ts";

const outOfSettings = "take it out of claude-aperture:repositories, and run pulumi up";
const actionsPage = /^Settings > Actions > General: http:\/\/127\.0\.0\.1:\d+\/acme\/[\w-]+\/settings\/actions$/;

export const repositoryBreaks: readonly Break[] = [
  {
    title: "somebody archives the repository",
    check: "repository-there",
    says: "archived",
    break: (site) => byHand(site, "archive", site.slug),
    mend: { advice: "Unarchive it", by: (site) => byHand(site, "unarchive", site.slug) },
  },
  {
    title: "somebody deletes the repository",
    check: "repository-there",
    says: "does not exist",
    break: (site) => byHand(site, "delete", site.slug),
    mend: { advice: outOfSettings, by: (site) => changeEntry(site, undefined) },
  },
  {
    title: "somebody renames the repository",
    check: "repository-name",
    says: "renamed",
    break: (site) => byHand(site, "rename", site.slug, `${nameOf(site.slug)}-renamed`),
    mend: {
      advice: "formerly",
      by: (site) => changeEntry(site, { name: `${nameOf(site.slug)}-renamed`, formerly: [nameOf(site.slug)] }),
    },
  },
  {
    title: "somebody switches Actions off",
    check: "repository-actions",
    says: "GitHub Actions are disabled.",
    break: (site) => byHand(site, "actions", site.slug, "off"),
    mend: { advice: actionsPage, by: (site) => byHand(site, "actions", site.slug, "on") },
  },
  {
    title: "somebody allows only actions of the organization",
    check: "repository-allowed-actions",
    says: "These actions may not run: actions/checkout, ",
    break: (site) => byHand(site, "actions", site.slug, "local"),
    mend: { advice: actionsPage, by: (site) => byHand(site, "actions", site.slug, "on") },
  },
];
