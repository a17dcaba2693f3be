/** Parts of a rehearsal's report: as a whole it is too long for a picture. */

/** The list of all acts. */
export function cutContents(page: string): string {
  return addRules(page, "section { display: none; }");
}

/** One act. @throws Error for a page that has none of that title */
export function cutAct(page: string, title: string): string {
  const [, id] = new RegExp(`<a href="#(act-\\d+)">\\d+\\. ${title}</a>`).exec(page) ?? [];
  if (id === undefined) throw new Error(`the page has no act "${title}"`);
  return addRules(page, `header, nav, section { display: none; } #${id} { display: block; }`);
}

function addRules(page: string, rules: string): string {
  return page.replace("</style>", `${rules}</style>`);
}
