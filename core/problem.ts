/** Something wrong in what was given: where, and what is wrong with the fix. */
export interface Problem {
  /** Where, in the terms of whoever gave it: `claude-aperture:repositories[1].models[0]`, `access["tag:ci"].models[0]`. */
  path: string;
  /** What is wrong, and the fix. */
  message: string;
}
