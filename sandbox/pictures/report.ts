/** The part of a rehearsal's report that its picture shows: the list of all acts, and one act. */

/** @throws Error for a page that is no report with such an act */
export function cutReport(page: string, title: string): string {
  const [, id] = new RegExp(`<a href="#(act-\\d+)">\\d+\\. ${title}</a>`).exec(page) ?? [];
  if (id === undefined) throw new Error(`the page has no act "${title}"`);
  return page.replace("</style>", `section { display: none; } #${id} { display: block; }</style>`);
}
